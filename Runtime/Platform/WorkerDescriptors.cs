using System.Diagnostics.CodeAnalysis;

namespace Tandem.Platform;

/// <summary>The descriptors (on Windows: handles) that a worker inherits besides the three standard ones, as its command line names them.</summary>
/// <param name="Requests">Where it reads the parent's frames.</param>
/// <param name="Responses">Where it writes its own; the same as the first where one socket goes both ways.</param>
/// <param name="Lifeline">Where it reads the ids of canceled calls; its end of file is the parent's death.</param>
internal readonly record struct WorkerDescriptors(string Requests, string Responses, string Lifeline)
{
    /// <summary>What a worker gets where the parent can choose the numbers.</summary>
    public const int ChannelNumber = 3;

    /// <inheritdoc cref="ChannelNumber"/>
    public const int LifelineNumber = 4;

    public static WorkerDescriptors Chosen => new($"{ChannelNumber}", $"{ChannelNumber}", $"{LifelineNumber}");

    public override string ToString() => $"{Requests},{Responses},{Lifeline}";

    public static bool TryParse(string text, [NotNullWhen(true)] out WorkerDescriptors? parsed)
    {
        parsed = text.Split(',') is [var requests, var responses, var lifeline] && Array.TrueForAll([requests, responses, lifeline], d => nint.TryParse(d, out _))
            ? new WorkerDescriptors(requests, responses, lifeline)
            : null;
        return parsed is not null;
    }
}
