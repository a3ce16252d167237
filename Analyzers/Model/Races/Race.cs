using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>The kinds of race, each a rule's; where several name one cause, the first of them wins.</summary>
internal enum RaceKind
{
    /// <summary>Work of one round of a loop reads what the next round changes.</summary>
    LoopVariable,

    /// <summary>Something that is to happen once may happen twice.</summary>
    LazyInitialization,

    /// <summary>Two steps on a concurrent collection, each atomic by itself.</summary>
    ConcurrentCollection,

    /// <summary>A collection that is not made for several threads is used by several.</summary>
    UnsafeCollection,

    /// <summary>A decision on state that changes the state.</summary>
    CheckThenAct,

    /// <summary>A read and a write in one expression.</summary>
    NonAtomicUpdate,

    /// <summary>State touched without the lock that guards it.</summary>
    UnguardedAccess,

    /// <summary>Two accesses that may overlap, one a write.</summary>
    DataRace,
}

/// <summary>What a race rule reports.</summary>
/// <param name="Kind">Whose it is.</param>
/// <param name="Reported">The operation that is underlined.</param>
/// <param name="Acts">The operations that have to stay together with it, those that a fix puts under one lock. They come first of the additional locations.</param>
/// <param name="Evidence">Why several threads are taken to meet here.</param>
/// <param name="Arguments">The arguments of the rule's message.</param>
/// <param name="Facts">What the fix needs to know.</param>
/// <param name="Steps">The steps of the body that make it up: no other rule speaks of them.</param>
internal sealed record Race(
    RaceKind Kind,
    IOperation Reported,
    ImmutableArray<IOperation> Acts,
    RaceEvidence Evidence,
    ImmutableArray<object> Arguments,
    ImmutableDictionary<string, string?> Facts,
    ImmutableArray<Step> Steps)
{
    /// <summary>The code of the acts, in a diagnostic's own file; none where the diagnostic is no race's.</summary>
    public static ImmutableArray<SyntaxNode> ActsOf(Diagnostic diagnostic, SyntaxNode root) => diagnostic.Properties.TryGetValue(ActCount, out var count)
        ? [.. diagnostic.AdditionalLocations.Take(int.Parse(count!, CultureInfo.InvariantCulture)).Select(act => root.FindNode(act.SourceSpan, getInnermostNodeForTie: true))]
        : [];

    /// <summary>In a diagnostic's properties: how many of its additional locations, the first of them, are acts.</summary>
    private const string ActCount = nameof(ActCount);

    public Diagnostic Report(DiagnosticDescriptor rule) => Diagnostic.Create(
        rule,
        Reported.Syntax.GetLocation(),
        [.. Acts.Select(static act => act.Syntax.GetLocation()), .. Evidence.Places],
        Facts.Add(ActCount, Acts.Length.ToString(CultureInfo.InvariantCulture)),
        [.. Arguments]);
}

/// <summary>Finds the races of one kind.</summary>
internal abstract class RaceFinder
{
    /// <summary>Whether the member may have such a race, by the names in it alone. Only such a member is bound.</summary>
    public abstract bool MayFindIn(MemberNames member);

    /// <summary>The races of the body, in the order of the source. Bodies nested in it are asked about themselves.</summary>
    public abstract IEnumerable<Race> In(Body body, SemanticModel model);
}
