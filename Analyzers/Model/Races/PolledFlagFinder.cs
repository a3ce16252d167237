using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds loops that wait for a plain variable, which another thread is to change: <c>while (!_stop) n++;</c></summary>
internal sealed class PolledFlagFinder(Concurrency concurrency) : RaceFinder
{
    /// <summary>Of the facts: that it is to be read by Volatile.Read, and perhaps can be declared volatile.</summary>
    public const string IsPolled = nameof(IsPolled);

    public override bool MayFindIn(MemberNames member) => member.MaySpin;

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        foreach (var tests in SpinLoop.In(body))
        {
            // One report a loop, at the first that others change.
            var races = from read in tests
                        from access in body.Steps.OfType<Access>()
                        where access.Operation == read && access.Kind is AccessKind.Read && IsPolledPlainly(access.Place)
                        let race = RaceOf(body, access, [.. tests.Where(other => other != read && SymbolEqualityComparer.Default.Equals(HandleUses.Variable(other), access.Place.Symbol))])
                        where race is not null
                        select race;
            if (races.FirstOrDefault() is { } first) yield return first;
        }
    }

    private static bool IsPolledPlainly(Place place) => place is { IsContents: false } && place.Links.LastOrDefault() is null or IFieldSymbol or IPropertySymbol && Tearing.TypeOf(place.Symbol) is not null;

    private Race? RaceOf(Body body, Access read, ImmutableArray<IOperation> others)
    {
        if (Confinement.IsConfined(body, read.Place) || ChangeOf(body, read) is not { } change) return null;
        var evidence = RaceEvidence.For(body, read.Operation, read.Place, () => concurrency.OverlapAt(body, read, read.Place), concurrency)
            // The loop itself shows that another thread is waited for.
            ?? new RaceEvidence($"only another thread can end this loop, as {RaceEvidence.Name(change.Body.Method)} does", [change.Access.Operation.Syntax.GetLocation()]);
        var remedy = read.Place.Symbol is IFieldSymbol ? "make it volatile" : "read it with Volatile.Read";
        return new Race(
            RaceKind.DataRace,
            read.Operation,
            others,
            evidence,
            [read.Place.Symbol!.Name, "polled", evidence.Text, $"a plain variable may be read once for all rounds, and then the loop never ends, so {remedy}"],
            ImmutableDictionary<string, string?>.Empty.Add(IsPolled, ""),
            [read]);
    }

    /// <summary>Where others change what is polled.</summary>
    private (Body Body, Access Access)? ChangeOf(Body body, Access read)
    {
        foreach (var found in concurrency.AccessesOf(read.Place, body))
            if (found.Access.Writes && found.Body != body && !Concurrency.IsOnceOnly(found.Body)) return found;
        return null;
    }
}
