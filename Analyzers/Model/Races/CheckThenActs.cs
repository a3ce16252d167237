using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The places of a body that check, then act, whether or not anybody comes in between.</summary>
internal sealed class CheckThenActs(Concurrency concurrency)
{
    /// <summary>Conditions further out than this are not looked at.</summary>
    private const int MaxConditions = 24;

    private readonly Effects _effects = concurrency.Effects;
    private readonly ConditionalWeakTable<Body, IReadOnlyList<CheckThenAct>> _byBody = new();

    /// <summary>In the order of the source.</summary>
    public IReadOnlyList<CheckThenAct> In(Body body) => _byBody.GetValue(body, body => [.. Find(body)]);

    private IEnumerable<CheckThenAct> Find(Body body)
    {
        var names = NameTable.Of(body);
        foreach (var step in body.Steps)
        {
            // The rules for collections speak of what is in them.
            if (step is CollectionUse) continue;
            if (step is Access { Kind: AccessKind.Write or AccessKind.Update or AccessKind.Atomic } access)
            {
                if (CheckOf(body, access) is { } found) yield return found;
            }
            else if (step is Call { Under: not null } call && MayAct(call) && names is not null && concurrency.Bodies.Names.MayAssignTested(names, call.Target))
            {
                foreach (var found in ActsOf(body, call)) yield return found;
            }
        }
    }

    private CheckThenAct? CheckOf(Body body, Access act)
    {
        if (IsTestedUnderItsHold(body, act)) return null;
        if (FindCheck(body, act.Under, act.Place) is { } check) return Uncovered(new CheckThenAct(body, act.Place, check.Step, act, check.Read, act));

        // `var b = Balance; Balance = b - n;`: no test, but what is written was read before. Read in the same expression, and not tested, it is a non-atomic update, which is another rule's.
        foreach (var source in act.Sources)
            if ((!act.Operation.Contains(source.Operation) || IsTested(source.Operation, act.Operation)) && ReadBy(body, source, act.Place) is { } read)
                return Uncovered(new CheckThenAct(body, act.Place, source, act, read, act));

        return null;
    }

    /// <summary><c>Balance = Balance >= n ? Balance - n : Balance;</c>, <c>_cache = _cache ?? new()</c></summary>
    private static bool IsTested(IOperation read, IOperation within)
    {
        for (var at = read; at != within && at.Parent is { } parent; at = parent)
            if (parent is IConditionalOperation conditional && conditional.Condition == at || parent is ISwitchExpressionOperation choice && choice.Value == at || parent is ICoalesceOperation coalesce && coalesce.Value == at && coalesce.Outermost().Parent == within) return true;
        return false;
    }

    private IEnumerable<CheckThenAct> ActsOf(Body body, Call call)
    {
        var seen = new HashSet<Place>();
        foreach (var effect in _effects.WritesOf(body, call))
        {
            if (effect.Place.IsContents || !seen.Add(effect.Place) || FindCheck(body, call.Under, effect.Place) is not { } check) continue;
            // The callee looks again before it acts: what it does is its own affair, and is reported there if it needs to be.
            if (FindCheck(effect.Body, effect.Access.Under, effect.Access.Place) is not null) continue;
            if (Uncovered(new CheckThenAct(body, effect.Place, check.Step, call, check.Read, effect.Access)) is { } found) yield return found;
        }
    }

    /// <summary><c>lock (_gate) if (seen == _state) _state = next;</c>: what was seen before the lock was taken is compared with what is there.</summary>
    private static bool IsTestedUnderItsHold(Body body, Access act)
    {
        if (act.Holds.IsEmpty) return false;
        for (var (under, steps) = (act.Under, 0); under is not null && steps < MaxConditions; under = under.Outer, steps++)
            foreach (var test in under.Tests)
                if (test is Access { Kind: AccessKind.Read } read && read.Place.Equals(act.Place) && Hold.AreOne(read.Holds, act.Holds)) return true;
        return false;
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
        if (step is not Call call || place.Symbol is not { } state || (state is IFieldSymbol or IPropertySymbol && !concurrency.Bodies.Names.MayRead(call.Target, state))) return null;
        foreach (var effect in _effects.ReadsBehind(body, call))
            if (effect.Place.Equals(place)) return effect.Access;
        return null;
    }

    private static CheckThenAct? Uncovered(CheckThenAct found) =>
        found.Check.Holds.Any(hold => !hold.IsShared && found.Act.Holds.Any(other => other.Site == hold.Site)) ? null : found;

    private static bool MayAct(Call call) => !call.Target.DeclaringSyntaxReferences.IsEmpty && call.Target.MethodKind is not MethodKind.PropertyGet;
}
