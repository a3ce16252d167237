using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds two steps on a concurrent collection that were meant as one.</summary>
internal sealed class ConcurrentCollectionFinder(Concurrency concurrency) : RaceFinder
{
    /// <summary>Conditions further out than this are not looked at.</summary>
    private const int MaxConditions = 12;

    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayUseConcurrentCollection(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        // One report a check: what else it decides goes with it.
        foreach (var steps in In(body).GroupBy(static found => found.Check))
            if (!steps.All(static found => found.IsMemo) && RaceOf(body, [.. steps], model) is { } race) yield return race;
    }

    private IEnumerable<TwoSteps> In(Body body)
    {
        foreach (var act in body.Steps.OfType<CollectionUse>())
            if (act.Type.IsConcurrent && CheckOf(act) is { } check && !IsInnocent(body, check, act)) yield return new TwoSteps(check, act);
    }

    /// <summary>The look that decided the act, or that what is set is made of.</summary>
    private static CollectionUse? CheckOf(CollectionUse act)
    {
        var under = act.Under;
        for (var steps = 0; under is not null && steps < MaxConditions; under = under.Outer, steps++)
        {
            foreach (var test in under.Tests)
                if (IsCheck(test)) return (CollectionUse)test;
            // `if (d.TryAdd(k, v))`: one thread alone gets here.
            if (under.Tests.Any(IsWon)) return null;
        }

        if (act.Act is CollectionAct.Set && act.Sources.FirstOrDefault(IsCheck) is CollectionUse source) return source;
        return act.Act is CollectionAct.Update ? act : null;

        bool IsCheck(Step step) => step is CollectionUse { Kind: AccessKind.Read } use && use != act && use.Place.Equals(act.Place) && TwoSteps.Matters(use, act);

        bool IsWon(Step step) => step is Call { Operation: IInvocationOperation call } && CollectionReader.Of(call) is { Type.IsConcurrent: true, Act: CollectionAct.Add or CollectionAct.Take or CollectionAct.Decide, Key: var key } && (key is null || SameValue.Of(key, act.Key));
    }

    private bool IsInnocent(Body body, CollectionUse check, CollectionUse act)
    {
        // Nobody else sees an object that is still being made.
        if (Concurrency.IsOnceOnly(body) && act.Place.Root is PlaceRoot.This or PlaceRoot.Static) return true;

        // One hold of one lock covers both.
        if (Hold.AreOne(check.Holds, act.Holds)) return true;

        // Each thread, or the one thread that may touch it, has its own.
        if (Confinement.IsConfined(body, act.Place)) return true;

        // Each use without the declared guard is reported as that.
        if (Guards.DeclaredGuardOf(act.Place) is not null) return true;

        // The callers hold the lock.
        return concurrency.RunsLocked(body);
    }

    private Race? RaceOf(Body body, ImmutableArray<TwoSteps> all, SemanticModel model)
    {
        foreach (var found in all.OrderByDescending(static steps => steps.Act.Writes))
        {
            if (EvidenceOf(body, found) is not { } evidence) continue;
            var (check, act) = (found.Check, found.Act);
            var name = act.Place.Symbol!.Name;
            ImmutableArray<IOperation> acts = check == act ? [] : [.. all.Select(static steps => steps.Act.Operation)];
            return new Race(
                RaceKind.ConcurrentCollection,
                check.Operation,
                acts,
                evidence,
                [check == act ? $"'{name}' is read and changed here in two steps" : $"'{name}' is looked at here and {(act.Writes ? "changed" : "read")} by it on line {RaceEvidence.Line(act.Operation)}, two steps", evidence.Text, found.Remedy],
                LocksOf(body, found, [check, .. all.Select(static steps => steps.Act)], model),
                [check, .. all.Select(static steps => steps.Act)]);
        }

        return null;
    }

    /// <summary>A lock helps only where nobody else does with the collection what upsets the steps.</summary>
    private ImmutableDictionary<string, string?> LocksOf(Body body, TwoSteps found, ImmutableArray<CollectionUse> uses, SemanticModel model) =>
        concurrency.AccessesOf(found.Act.Place, body).All(other => uses.Contains(other.Access) || Concurrency.IsOnceOnly(other.Body) || other.Access is not CollectionUse use || !found.IsUpsetBy(use))
            ? LockChoice.For(body, found.Act.Place, [.. uses.Select(static use => use.Operation).Distinct()], concurrency, model)
            : ImmutableDictionary<string, string?>.Empty;

    private RaceEvidence? EvidenceOf(Body body, TwoSteps found)
    {
        var (act, place) = (found.Act, found.Act.Place);
        if (RaceEvidence.For(body, act.Operation, place, () => concurrency.ConflictAt(body, act, place, Upsets), concurrency) is { } evidence) return evidence;

        // A bound on what is in it is seldom meant to be exact, and one thread may be all that adds.
        if (found is { Check.Act: CollectionAct.Count, Act.Act: CollectionAct.Add }) return null;

        // Nobody keeps a concurrent collection in a field for one thread alone.
        if (place is not { Root: PlaceRoot.Static or PlaceRoot.This, Links.Length: 1 } || !concurrency.IsCalledByOthers(body)) return null;
        return Upsets(act) || concurrency.AccessesOf(place, body).Any(other => Upsets(other.Access) && !Concurrency.IsOnceOnly(other.Body))
            ? new RaceEvidence($"{RaceEvidence.Name(body.Outermost.Method)} can be called by several threads at once, as a {act.Type.Name} is there for", [])
            : null;

        bool Upsets(Access other) => other is CollectionUse use && found.IsUpsetBy(use);
    }
}
