using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What a piece of work spends its time on.</summary>
internal enum WorkKind
{
    /// <summary>The code does not tell: it is trivial, or calls what cannot be seen.</summary>
    Unknown,

    /// <summary>It computes.</summary>
    CpuBound,

    /// <summary>It waits: for the network, a disk, a clock, another thread.</summary>
    IoBound,

    /// <summary>It computes between waits.</summary>
    Mixed,
}

/// <summary>Why work is thought to be of a kind: words that fit into a sentence ("the loop on line 9"), and the place they speak of.</summary>
/// <param name="IsDeclared">Whether the user says so, by an attribute; nothing that the code hides can change that.</param>
/// <param name="IsLoop">Whether it is a loop, so that a loop around it tells more.</param>
internal sealed record WorkEvidence(string Reason, Location Location, bool IsDeclared = false, bool IsLoop = false);

/// <summary>What running some code means for the thread that runs it. A value: effects combine in sequence and by repetition.</summary>
/// <param name="Computes">Evidence that it computes enough to be worth a core.</param>
/// <param name="Calculates">Whether it computes a little, which counts once it is repeated.</param>
/// <param name="Waits">Evidence that it waits, for long or for as long as others please.</param>
/// <param name="Reads">Evidence that it reads or writes a file: little beside much computing, unless repeated.</param>
/// <param name="Alternates">Whether it computes and waits by turns.</param>
/// <param name="MayWait">Whether it awaits what cannot be seen.</param>
/// <param name="IsOpaque">Whether it calls what cannot be seen.</param>
/// <param name="ConcernsProcess">Whether it is about processes: it waits for another one, or speaks of its own.</param>
/// <param name="HoldsGil">Evidence that it takes CPython's global interpreter lock.</param>
/// <param name="Loops">Whether it goes over something in a loop that does not wait.</param>
internal readonly record struct WorkEffects(
    WorkEvidence? Computes = null,
    bool Calculates = false,
    WorkEvidence? Waits = null,
    WorkEvidence? Reads = null,
    bool Alternates = false,
    bool MayWait = false,
    bool IsOpaque = false,
    bool ConcernsProcess = false,
    WorkEvidence? HoldsGil = null,
    bool Loops = false)
{
    public static readonly WorkEffects None = default;

    public static readonly WorkEffects Opaque = new(IsOpaque: true);

    public WorkKind Kind => this switch
    {
        { Alternates: true } or { Computes: not null, Waits: not null } => WorkKind.Mixed,
        { Computes: { IsDeclared: false }, MayWait: true } => WorkKind.Unknown,
        { Computes: not null } => WorkKind.CpuBound,
        { Waits: not null } or { Reads: not null } => WorkKind.IoBound,
        _ => WorkKind.Unknown,
    };

    /// <summary>The effects of this followed by <paramref name="next"/>.</summary>
    public WorkEffects Then(in WorkEffects next) => new(
        Computes ?? next.Computes,
        Calculates || next.Calculates,
        Waits ?? next.Waits,
        Reads ?? next.Reads,
        Alternates || next.Alternates,
        MayWait || next.MayWait,
        IsOpaque || next.IsOpaque,
        ConcernsProcess || next.ConcernsProcess,
        HoldsGil ?? next.HoldsGil,
        Loops || next.Loops);

    /// <summary>The effects of this many times over. <paramref name="loop"/> is the evidence that this makes, or null where it repeats a few times only.</summary>
    public WorkEffects Repeated(WorkEvidence? loop)
    {
        // A wait in each round: the loop is as slow as what it waits for, whatever else it does.
        if ((Waits ?? Reads) is { } wait)
            return this with { Computes = null, Waits = wait, Alternates = Alternates || Computes is not null };

        // Nobody knows what a round spends its time on.
        if (IsOpaque || MayWait)
            return this with { Computes = Computes is { IsDeclared: true } ? Computes : null };

        if (loop is null || (Computes is null && !Calculates)) return this;
        return Computes is null or { IsLoop: true } ? this with { Computes = loop } : this;
    }
}
