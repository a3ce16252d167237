using Microsoft.CodeAnalysis;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What last happened to a lock that a path does not hold.</summary>
internal enum LockEventKind
{
    /// <summary>Nothing in this body: its caller may hold it.</summary>
    None,

    /// <summary>It was acquired and given back.</summary>
    Released,

    /// <summary>A try-acquire did not get it.</summary>
    Failed,

    /// <summary>An exception came before its acquire, or from it.</summary>
    Thrown,

    /// <summary>Another owner has it, or it is held too often to count.</summary>
    Unknown,
}

/// <summary>Why a path does not hold a lock.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Operation">The release, the try-acquire, or what threw.</param>
internal readonly record struct LockEvent(LockEventKind Kind, IOperation? Operation)
{
    /// <summary>Whether this body itself has seen to it that the lock is not held.</summary>
    public bool TellsThatItIsFree => Kind is LockEventKind.Released or LockEventKind.Failed or LockEventKind.Thrown;
}

/// <summary>A way to hold a lock.</summary>
internal readonly record struct LockHold(AccessPath Lock, LockMode Mode);

/// <summary>A release that some path comes to without the lock.</summary>
/// <param name="Release">The call; the implicit one of a <c>lock</c> or <c>using</c> statement too.</param>
/// <param name="Events">Why the paths that come to it without the lock do so, each reason once.</param>
/// <param name="IsHeldElsewise">Whether other paths come to it with the lock.</param>
/// <param name="HeldInstead">The locks that every path holds which comes to it without this one.</param>
/// <param name="Acquires">The acquires in the same function of this lock, in the mode that is released.</param>
internal sealed record StrayRelease(
    LockOperation Release,
    IReadOnlyList<LockEvent> Events,
    bool IsHeldElsewise,
    IReadOnlyList<HeldLock> HeldInstead,
    IReadOnlyList<LockOperation> Acquires)
{
    public LockHold Hold => new(Release.Lock, Release.Mode);
}
