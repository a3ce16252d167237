using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Locks;

/// <summary>How a release of what is not held is repaired.</summary>
internal enum StrayRepair
{
    /// <summary>By nothing that is sure.</summary>
    None,

    /// <summary>The release that is the target goes.</summary>
    Remove,

    /// <summary>The release gives back what the target acquired.</summary>
    Replace,

    /// <summary>The target, an acquire, goes in front of the try.</summary>
    MoveOut,

    /// <summary>The result of the target, an acquire, is kept and tested where it is released.</summary>
    Test,
}

/// <summary>Why a release is wrong beyond doubt, and how it is mended.</summary>
/// <param name="Reported">The release.</param>
/// <param name="Where">The place that shows it.</param>
/// <param name="How">What happened to the lock.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Repair">How the fix does it.</param>
/// <param name="Target">What the fix is about: the release that goes, or the acquire.</param>
/// <param name="Text">Of a replacement, its text.</param>
internal sealed record StrayEvidence(SyntaxNode Reported, Location Where, string How, string Remedy, StrayRepair Repair, SyntaxNode Target, string? Text = null);

/// <summary>What a diagnostic about a release tells its fix.</summary>
internal static class StrayFacts
{
    /// <summary>Property: the <see cref="StrayRepair"/>. The second additional location is its target.</summary>
    public const string Repair = nameof(Repair);

    /// <summary>Property: the release that should stand in the place of this one.</summary>
    public const string Text = nameof(Text);
}
