using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Finds reads and writes of values of several words where several threads meet and one of them writes: half of one value may meet half of another.</summary>
internal sealed class TornAccessFinder(Concurrency concurrency) : RaceFinder
{
    /// <summary>How far from where the runs meet the accesses may be; what lies deeper may have ways of its own to be safe.</summary>
    private const int MaxCalls = 3;

    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayTear(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        // One report a body and place, at the first change, or else at the first read.
        foreach (var accesses in body.Steps.OfType<Access>().Where(static access => IsTorn(access)).GroupBy(static access => access.Place))
            if (RaceOf(body, [.. accesses.Where(access => !IsInnocent(body, access))], model) is { } race) yield return race;
    }

    private static bool IsTorn(Access access) => access is not CollectionUse && access.Place is { Symbol: { } symbol } place && place.Links.LastOrDefault() is null or ISymbol && Tearing.CanTear(symbol) && Tearing.IsWhole(access);

    private bool IsInnocent(Body body, Access access)
    {
        // Nobody else sees an object that is still being made.
        if (Concurrency.IsOnceOnly(body) && access.Place.Root is PlaceRoot.This or PlaceRoot.Static) return true;

        // A structure's own fields are shared as far as the variable is that holds it.
        if (access.Place is { Root: PlaceRoot.This, Symbol.ContainingType.IsValueType: true }) return true;

        // What is disposed of is used by nobody else any more, if all goes well.
        if (Confinement.IsTearDown(body)) return true;

        // Under a lock, whichever: a wrong one is for the rules that know the right one.
        if (!access.Holds.IsEmpty) return true;

        // Each thread, or the one thread that may touch it, has its own.
        if (Confinement.IsConfined(body, access.Place)) return true;

        // The callers hold the lock.
        return concurrency.RunsLocked(body, access.Writes);
    }

    private Race? RaceOf(Body body, ImmutableArray<Access> accesses, SemanticModel model)
    {
        foreach (var access in accesses.OrderByDescending(static access => access.Writes))
        {
            if (EvidenceOf(body, access) is not { } evidence) continue;
            var (acts, facts) = LockedUses.Of(body, [access, .. accesses.Where(other => other != access)], concurrency, model);
            var type = Tearing.TypeOf(access.Place.Symbol)!.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
            return new Race(
                RaceKind.DataRace,
                access.Operation,
                acts,
                evidence,
                [access.Place.Symbol!.Name, access.Writes ? "changed" : "read", evidence.Text, $"a '{type}' is not copied in one step, so a thread can see half of a change; hold one lock around every use"],
                facts,
                [.. accesses]);
        }

        return null;
    }

    private RaceEvidence? EvidenceOf(Body body, Access access)
    {
        // A change is reported for all that it conflicts with; a read only where the change is not, since that is under a lock.
        bool Conflicts(Access other) => Tearing.IsWhole(other) && (access.Writes || (other.Writes && !other.Holds.IsEmpty));

        return RaceEvidence.For(body, access.Operation, access.Place, () => concurrency.ConflictAt(body, access, access.Place, Conflicts) is { } overlap && !overlap.IsSetUpBefore(access.Writes) && IsPlain(overlap) ? overlap : null, concurrency, guard => Counts(guard, body, access.Place));
    }

    private static bool IsPlain(Overlap overlap) => overlap.Mine.Calls <= MaxCalls && overlap.Other.Calls <= MaxCalls && (IsStarted(overlap.Mine) || IsStarted(overlap.Other));

    /// <summary>Started to run beside others. An async call that is not awaited may come back to the thread that called it.</summary>
    private static bool IsStarted(Reach reach) => reach.Spawn is not null || (reach.Life is { Handle: var fate } && (fate & HandleFate.Gathered) != 0);

    /// <summary>A lock that this very body takes and leaves, or without which others change the place, may be for something else.</summary>
    private bool Counts(Guard guard, Body body, Place place)
    {
        if (place.Root is PlaceRoot.Variable || guard.Body.Outermost == body.Outermost) return false;
        var others = concurrency.AccessesOf(place, body).Where(static other => !Concurrency.IsOnceOnly(other.Body)).ToList();
        return others.All(other => !other.Access.Writes || !other.Access.Holds.IsEmpty || other.Body.Outermost == body.Outermost) && others.Count(static other => !other.Access.Holds.IsEmpty) * 2 >= others.Count;
    }
}
