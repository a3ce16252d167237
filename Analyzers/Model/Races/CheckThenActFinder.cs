using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds the places of a body that check, then act.</summary>
internal sealed class CheckThenActFinder(Concurrency concurrency, CheckThenActs checks) : RaceFinder
{
    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayCheckAndAct(member) && concurrency.Bodies.Names.MayRace(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        // One report a check: what else it decides goes with it.
        foreach (var acts in checks.In(body).GroupBy(static found => found.Check))
            if (acts.All(found => !IsInnocent(found)) && RaceOf([.. acts], model) is { } race) yield return race;
    }

    private bool IsInnocent(CheckThenAct found)
    {
        // Nobody else sees an object that is still being made.
        if (Concurrency.IsOnceOnly(found.Body) && found.Place.Root is PlaceRoot.This or PlaceRoot.Static) return true;

        // Each thread, or the one thread that may touch it, has its own.
        if (Confinement.IsConfined(found.Body, found.Place)) return true;

        // The rules for lazy initialisation speak of these.
        if (Initialization.IsOnceOnly(found, concurrency)) return true;

        // Done twice, it comes to the same.
        if (Initialization.IsIdempotent(found) || Initialization.IsSnapshot(found.Write)) return true;

        // The callers hold the lock.
        return concurrency.RunsLocked(found.Body);
    }

    private Race? RaceOf(ImmutableArray<CheckThenAct> acts, SemanticModel model)
    {
        foreach (var found in acts)
        {
            if (RaceEvidence.For(found, concurrency) is not { } evidence) continue;
            var (elsewhere, facts) = LockedUses.Of(found, acts, concurrency, model);
            return new Race(
                RaceKind.CheckThenAct,
                Checked(found.Check.Operation),
                [.. acts.Select(static act => act.Act.Operation), .. elsewhere],
                evidence,
                [found.Place.Symbol!.Name, RaceEvidence.Line(found.Act.Operation), evidence.Text],
                facts,
                [found.Check, .. acts.Select(static act => act.Act)]);
        }

        return null;
    }

    /// <summary>The whole comparison, where the value is compared at once.</summary>
    private static IOperation Checked(IOperation read)
    {
        var at = read;
        while (at.Type?.SpecialType is not SpecialType.System_Boolean && at.Parent is IBinaryOperation or IIsPatternOperation or IConversionOperation or IParenthesizedOperation) at = at.Parent;
        return at.Type?.SpecialType is SpecialType.System_Boolean ? at : read;
    }
}
