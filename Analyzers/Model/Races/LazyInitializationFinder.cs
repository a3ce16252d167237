using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds what is to happen once, on first use, and may happen twice: <c>if (_x is null) _x = new();</c>, <c>_x ??= new();</c>, <c>if (_started) return; _started = true;</c></summary>
internal sealed class LazyInitializationFinder(Concurrency concurrency, CheckThenActs checks) : RaceFinder
{
    public override bool MayFindIn(MemberNames member) => (concurrency.Bodies.Names.MayCheckAndAct(member) || concurrency.Bodies.Names.MayUpdate(member)) && concurrency.Bodies.Names.MayRace(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        foreach (var acts in checks.In(body).GroupBy(static found => found.Check))
            if (acts.FirstOrDefault(found => Initialization.IsOnceOnly(found, concurrency)) is { } found && !acts.Any(IsInnocent) && RaceOf(found, model) is { } race) yield return race;

        foreach (var act in body.Steps.OfType<Access>().Where(static access => access.Operation is ICoalesceAssignmentOperation && access is not CollectionUse))
            if (!IsInnocent(body, act) && act.Holds.IsEmpty && RaceOf(body, act, model) is { } race) yield return race;

        foreach (var flag in DoubleCheck.In(body))
            if (!IsUnseen(body, flag.Place)) yield return RaceOf(flag);
    }

    private bool IsInnocent(CheckThenAct found)
    {
        // Done twice, it comes to the same.
        if (Initialization.IsIdempotent(found)) return true;

        // Whether it is done depends on more than whether it was done.
        if (Initialization.IsOnceOnly(found, concurrency) && !Initialization.HappensWhenUnset(found)) return true;

        // Tested again under the lock that it is set under.
        if (found.Body.Steps.OfType<Access>().Any(other => IsSecondTest(other, found))) return true;

        return IsInnocent(found.Body, found.Write);
    }

    private static bool IsSecondTest(Access other, CheckThenAct found) => other.Kind is AccessKind.Read && other != found.Read && other.Place.Equals(found.Place)
        && other.Operation.Position() < found.Act.Operation.Position() && Hold.AreOne(other.Holds, found.Act.Holds);

    private bool IsInnocent(Body body, Access write)
    {
        // Any thread would set the same.
        if (Initialization.IsMemo(write)) return true;

        // The callers hold the lock.
        return IsUnseen(body, write.Place) || concurrency.RunsLocked(body);
    }

    private static bool IsUnseen(Body body, Place place) =>
        // Nobody else sees an object that is still being made.
        (Concurrency.IsOnceOnly(body) && place.Root is PlaceRoot.This or PlaceRoot.Static)
        // Each thread, or the one thread that may touch it, has its own.
        || Confinement.IsConfined(body, place);

    private Race? RaceOf(CheckThenAct found, SemanticModel model)
    {
        if (RaceEvidence.For(found, concurrency) is not { } evidence) return null;
        return new Race(
            RaceKind.LazyInitialization,
            found.Check.Operation,
            [found.Act.Operation],
            evidence,
            [$"'{found.Place.Symbol!.Name}' is tested here and set on line {RaceEvidence.Line(found.Act.Operation)}", evidence.Text, Remedy(found.Write)],
            Locks(found.Body, found.Place, LockChoice.For(found, concurrency, model)),
            [found.Check, found.Act]);
    }

    private Race? RaceOf(Body body, Access act, SemanticModel model)
    {
        if (RaceEvidence.For(body, act.Operation, act.Place, () => concurrency.OverlapAt(body, act, act.Place), concurrency) is not { } evidence) return null;
        return new Race(
            RaceKind.LazyInitialization,
            act.Operation,
            [],
            evidence,
            [$"'{act.Place.Symbol!.Name}' is tested and set here in two steps", evidence.Text + " and no lock covers both", Remedy(act)],
            Locks(body, act.Place, LockChoice.For(body, act.Place, [act.Operation], concurrency, model)),
            [act]);
    }

    /// <summary>Where other members make it, too, a new lock around one of them is half a repair.</summary>
    private ImmutableDictionary<string, string?> Locks(Body body, Place place, ImmutableDictionary<string, string?> locks) =>
        locks.ContainsKey(LockChoice.Home) && LockChoice.ChangesElsewhere(body, place, concurrency).Any()
            ? ImmutableDictionary<string, string?>.Empty
            : locks;

    private static Race RaceOf(DoubleCheck found) => new(
        RaceKind.LazyInitialization,
        found.Outer.Operation,
        [found.Set.Operation],
        new RaceEvidence("", [found.Told.Operation.Syntax.GetLocation()]),
        [
            $"'{found.Place.Symbol!.Name}' is tested here outside of the lock and tells that '{found.Told.Place.Symbol!.Name}' is there",
            found.IsSetLast ? "it is not volatile" : $"it is set on line {RaceEvidence.Line(found.Set.Operation)}, before that is",
            found.IsSetLast ? "another thread can see the one before the other, so make it volatile" : "another thread can go on too early, so set it last",
        ],
        found.IsSetLast ? ImmutableDictionary<string, string?>.Empty.Add(DoubleCheck.IsPlainFlag, "") : ImmutableDictionary<string, string?>.Empty,
        [found.Outer, found.Set]);

    private static string Remedy(Access write) => Initialization.IsFlag(write)
        ? "two threads can both find it unset, so test and set it in one step, with Interlocked.Exchange or under a lock"
        : "two threads can each make one, so use Lazy, LazyInitializer or a lock";
}
