using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>From where to where, in the body that starts it, concurrent work runs: until it is joined, waited for or awaited.</summary>
/// <param name="Begin">The position where it starts.</param>
/// <param name="End">The position where it has ended, or <see cref="Never"/>.</param>
/// <param name="Handle">What becomes of the thread or task by which the work can be waited for.</param>
internal readonly record struct Lifetime(int Begin, int End, HandleFate Handle)
{
    public const int Never = int.MaxValue;

    /// <summary>The fields and properties through which other members can wait for the work.</summary>
    public ImmutableArray<ISymbol> Keepers { get; init; } = [];

    /// <summary>Whether the work goes on when the body has returned.</summary>
    public bool Escapes => End == Never;

    /// <summary>The life of the work whose handle (thread or task) is the value of <paramref name="handle"/>.</summary>
    public static Lifetime Of(Body body, IOperation handle)
    {
        var finder = new JoinFinder(body, handle);
        finder.Follow(handle, depth: 0);
        return new Lifetime(finder.Begin ?? handle.Syntax.Span.End, finder.End ?? body.HandleUses.WaitAfter(handle.Position())?.Syntax.Span.End ?? Never, finder.Fate) { Keepers = [.. finder.Keepers] };
    }

    /// <summary>The life of work that has ended when the call that starts it returns.</summary>
    public static Lifetime Within(IOperation site) => new(site.Syntax.Span.End, site.Syntax.Span.End, HandleFate.Joined);

    /// <summary>The life of work that runs beside other members, and beside nothing in the body itself.</summary>
    public static Lifetime BesideOthers { get; } = new(Never, Never, HandleFate.Dropped);

    public bool Covers(int position) => Begin < position && position < End;

    public bool Overlaps(Lifetime other) => Begin < other.End && other.Begin < End;
}
