using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A change of a place that was decided by an earlier look at it, with no one lock around both.</summary>
/// <param name="Body">The body that checks and acts.</param>
/// <param name="Place">What is checked and changed, as the body names it.</param>
/// <param name="Check">The read, or the call that reads.</param>
/// <param name="Act">The write, or the call that writes.</param>
/// <param name="Read">The read itself, which may be in a callee.</param>
/// <param name="Write">The write itself, which may be in a callee.</param>
internal sealed record CheckThenAct(Body Body, Place Place, Step Check, Step Act, Access Read, Access Write)
{
    /// <summary>The locks held at the check but let go before the act, or taken only for the act.</summary>
    public IEnumerable<Hold> PartialHolds => Check.Holds.Concat(Read.Holds).Concat(Act.Holds).Concat(Write.Holds).Where(static hold => hold.Lock.IsKnown);
}

/// <summary>Finds the places of a body that check, then act.</summary>
internal sealed class CheckThenActFinder(Effects effects)
{
    /// <summary>Conditions further out than this are not looked at.</summary>
    private const int MaxConditions = 24;

    public IEnumerable<CheckThenAct> In(Body body)
    {
        foreach (var step in body.Steps)
        {
            if (step is Access { Kind: AccessKind.Write or AccessKind.Update or AccessKind.Atomic } access)
            {
                if (CheckOf(body, access) is { } found) yield return found;
            }
            else if (step is Call { Under: not null } call && MayAct(call))
            {
                foreach (var found in ActsOf(body, call)) yield return found;
            }
        }
    }

    private CheckThenAct? CheckOf(Body body, Access act)
    {
        if (FindCheck(body, act.Under, act.Place) is { } check) return Uncovered(new CheckThenAct(body, act.Place, check.Step, act, check.Read, act));

        // `var b = Balance; Balance = b - n;`: no test, but what is written was read before. Read in the same expression, and not tested, it is a non-atomic update, which is another rule's.
        foreach (var source in act.Sources)
            if ((!act.Operation.Contains(source.Operation) || IsTested(source.Operation, act.Operation)) && ReadBy(body, source, act.Place) is { } read)
                return Uncovered(new CheckThenAct(body, act.Place, source, act, read, act));

        return null;
    }

    /// <summary><c>Balance = Balance >= n ? Balance - n : Balance;</c></summary>
    private static bool IsTested(IOperation read, IOperation within)
    {
        for (var at = read; at != within && at.Parent is { } parent; at = parent)
            if (parent is IConditionalOperation conditional && conditional.Condition == at || parent is ISwitchExpressionOperation choice && choice.Value == at) return true;
        return false;
    }

    private IEnumerable<CheckThenAct> ActsOf(Body body, Call call)
    {
        var seen = new HashSet<Place>();
        foreach (var effect in effects.WritesOf(body, call))
        {
            if (!seen.Add(effect.Place) || FindCheck(body, call.Under, effect.Place) is not { } check) continue;
            // The callee looks again before it acts: what it does is its own affair, and is reported there if it needs to be.
            if (FindCheck(effect.Body, effect.Access.Under, effect.Access.Place) is not null) continue;
            if (Uncovered(new CheckThenAct(body, effect.Place, check.Step, call, check.Read, effect.Access)) is { } found) yield return found;
        }
    }

    /// <summary>The last look at the place that decided the act.</summary>
    private (Step Step, Access Read)? FindCheck(Body body, Condition? under, Place place)
    {
        for (var steps = 0; under is not null && steps < MaxConditions; under = under.Outer, steps++)
            foreach (var test in under.Tests)
                if (ReadBy(body, test, place) is { } read) return (test, read);
        return null;
    }

    private Access? ReadBy(Body body, Step step, Place place)
    {
        if (step is Access access) return access.Kind is AccessKind.Read && access.Place.Equals(place) ? access : null;
        if (step is not Call call) return null;
        foreach (var effect in effects.ReadsBehind(body, call))
            if (effect.Place.Equals(place)) return effect.Access;
        return null;
    }

    private static CheckThenAct? Uncovered(CheckThenAct found) =>
        found.Check.Holds.Any(hold => found.Act.Holds.Any(other => other.Site == hold.Site)) ? null : found;

    private static bool MayAct(Call call) => !call.Target.DeclaringSyntaxReferences.IsEmpty && call.Target.MethodKind is not MethodKind.PropertyGet;
}
