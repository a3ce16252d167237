using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Finds what is read and written in one expression, and is two steps to other threads: <c>x++</c>, <c>x += n</c>, <c>x = x * 2</c>.</summary>
internal sealed class NonAtomicUpdateFinder(Concurrency concurrency) : RaceFinder
{
    /// <summary>Of the facts: that Interlocked can do the update in one step, and that all else that writes the place is atomic, too.</summary>
    public const string IsInterlockable = nameof(IsInterlockable);

    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayUpdate(member) && concurrency.Bodies.Names.MayRace(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        foreach (var update in body.Steps.OfType<Access>().Where(IsUpdate))
            if (!IsInnocent(body, update) && RaceOf(body, update, model) is { } race) yield return race;
    }

    private static bool IsUpdate(Access access) => access is not CollectionUse && access.Kind switch
    {
        AccessKind.Update => true,
        AccessKind.Write => access.Sources.OfType<Access>().Any(source => source.Kind is AccessKind.Read && source.Place.Equals(access.Place) && access.Operation.Contains(source.Operation)),
        _ => false,
    };

    private bool IsInnocent(Body body, Access update)
    {
        // Nobody else sees an object that is still being made.
        if (Concurrency.IsOnceOnly(body) && update.Place.Root is PlaceRoot.This or PlaceRoot.Static) return true;

        // Under a lock, whichever: a wrong one is for the rules that know the right one.
        if (!update.Holds.IsEmpty) return true;

        // Each thread, or the one thread that may touch it, has its own.
        if (Confinement.IsConfined(body, update.Place)) return true;

        // The callers hold the lock.
        return concurrency.RunsLocked(body);
    }

    private Race? RaceOf(Body body, Access update, SemanticModel model)
    {
        if (RaceEvidence.For(body, update.Operation, update.Place, () => concurrency.ConflictAt(body, update, update.Place, static other => other.Writes), concurrency) is not { } evidence) return null;
        var facts = LockChoice.For(body, update.Place, [update.Operation], concurrency, model);
        // Where others take a lock for it, an Interlocked call would pass them by.
        if (!facts.ContainsKey(LockChoice.Existing) && Interlocking.CanDo(update) && concurrency.AccessesOf(update.Place, body).All(static other => !other.Access.Writes || Interlocking.KeepsWhole(other.Access)))
            facts = facts.Add(IsInterlockable, "");

        return new Race(
            RaceKind.NonAtomicUpdate,
            update.Operation,
            [],
            evidence,
            [update.Place.Symbol!.Name, evidence.Text],
            facts,
            [update]);
    }
}
