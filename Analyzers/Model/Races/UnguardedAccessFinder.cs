using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Finds guarded state that is touched without its lock: the lock is declared by [GuardedBy], or is held nearly wherever else the state is
/// touched and wherever it is changed; and calls of methods whose callers are to hold a lock, by [Holds], and do not.
/// </summary>
internal sealed class UnguardedAccessFinder(Concurrency concurrency) : RaceFinder
{
    /// <summary>Fewer accesses under a lock may hold it for something else.</summary>
    private const int LeastGuarded = 3;

    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayTouchGuarded(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        foreach (var call in body.Steps.OfType<Call>())
            if (RaceOf(body, call) is { } race) yield return race;

        foreach (var accesses in body.Steps.OfType<Access>().Where(static access => access.Place is { IsContents: false, Symbol: IFieldSymbol or IPropertySymbol }).GroupBy(static access => access.Place))
            if (RaceOf(body, accesses.Key, [.. accesses], model) is { } race) yield return race;
    }

    private Race? RaceOf(Body body, Place place, ImmutableArray<Access> accesses, SemanticModel model)
    {
        if (Concurrency.IsOnceOnly(body) && place.Root is PlaceRoot.This or PlaceRoot.Static) return null;
        if (RaceEvidence.IsUnshared(body, place) || Confinement.IsConfined(body, place)) return null;
        return Guards.DeclaredGuardOf(place) is { } declared ? OfDeclared(body, place, accesses, declared, model) : OfInferred(body, place, accesses, model);
    }

    private Race? OfDeclared(Body body, Place place, ImmutableArray<Access> accesses, ISymbol guard, SemanticModel model)
    {
        var unguarded = accesses.Where(access => !Holds(access, guard, place.Owner)).ToImmutableArray();
        if (unguarded.IsEmpty || concurrency.RunsLocked(body, unguarded.Any(static access => access.Writes))) return null;
        var evidence = new RaceEvidence("which its declaration says guards it", [.. guard.Locations.Take(1)]);
        return RaceOf(body, place, unguarded, guard.Name, evidence, model);
    }

    /// <summary>All writes and most reads hold the lock: those who wrote the rest forgot it. What is set as a whole, and in one step, may do without.</summary>
    private Race? OfInferred(Body body, Place place, ImmutableArray<Access> accesses, SemanticModel model)
    {
        if (accesses.Any(static access => access.Writes || !access.Holds.IsEmpty) || !Tearing.CanTear(place.Symbol!) || concurrency.GuardOf(place, body) is not { } guard || guard.Lock.Symbol is not { } held) return null;
        var all = concurrency.AccessesOf(place, body).Where(static found => !Concurrency.IsOnceOnly(found.Body)).ToList();
        var guarded = all.Where(found => Holds(found.Access, held, found.Access.Place.Owner)).ToList();
        if (guarded.Count < LeastGuarded || 3 * (all.Count - guarded.Count) > all.Count || all.Except(guarded).Any(static found => found.Access.Writes) || concurrency.RunsLocked(body, writes: false)) return null;
        var change = guarded.First(static found => found.Access.Writes).Access.Operation;
        var evidence = new RaceEvidence($"which is held at {guarded.Count} of its {all.Count} uses, all changes among them", [change.Syntax.GetLocation()]);
        return RaceOf(body, place, accesses, held.Name, evidence, model);
    }

    private Race RaceOf(Body body, Place place, ImmutableArray<Access> unguarded, string guard, RaceEvidence evidence, SemanticModel model) => new(
        RaceKind.UnguardedAccess,
        unguarded[0].Operation,
        [.. unguarded.Skip(1).Select(static access => access.Operation)],
        evidence,
        [place.Name, unguarded[0].Writes ? "changed" : "read", guard, evidence.Text],
        LockChoice.For(body, place, [.. unguarded.Select(static access => access.Operation)], concurrency, model),
        [.. unguarded]);

    // Of several locks that the method says its callers hold, the first that this one does not.
    private Race? RaceOf(Body body, Call call) => call.Target.NamedBy("HoldsAttribute").Select(name => RaceOf(body, call, name)).FirstOrDefault(static race => race is not null);

    private Race? RaceOf(Body body, Call call, string name)
    {
        if (call.Target.ContainingType.GetMembers(name).FirstOrDefault(static member => member is IFieldSymbol or IPropertySymbol) is not { } guard) return null;
        var receiver = (call.Operation as Microsoft.CodeAnalysis.Operations.IInvocationOperation)?.Instance is { } instance ? new PlaceReader(body.Locals).Object(instance) : Place.This;
        if (!receiver.IsKnown && !guard.IsStatic) return null;
        if (Concurrency.IsOnceOnly(body) || Holds(call, guard, receiver) || concurrency.RunsLocked(body)) return null;
        var evidence = new RaceEvidence("which it says its caller holds", [.. call.Target.Locations.Take(1)]);
        return new Race(RaceKind.UnguardedAccess, call.Operation, [], evidence, [call.Target.Name, "called", guard.Name, evidence.Text], ImmutableDictionary<string, string?>.Empty, [call]);
    }

    /// <summary>Whether that lock of that object is held; one that is held under a name that says nothing gets the benefit of the doubt.</summary>
    private static bool Holds(Step step, ISymbol guard, Place owner) => step.Holds.Any(hold => !hold.Lock.IsKnown
        || (SymbolEqualityComparer.Default.Equals(hold.Lock.Symbol, guard) && (guard.IsStatic || hold.Lock.Owner.Equals(owner))));
}
