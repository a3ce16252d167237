using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What a call does to a place of its caller: the access in the callee, and the place as the caller names it.</summary>
internal readonly record struct Effect(Place Place, Body Body, Access Access);

/// <summary>Looks into the methods that a body calls, a few levels deep.</summary>
internal sealed class Effects(BodyTable bodies)
{
    private const int MaxDepth = 2, MaxEffects = 64;

    /// <summary>What the result of the call was read from.</summary>
    public List<Effect> ReadsBehind(Body caller, Call call) => Collect(caller, call, static body => body.ResultSources, static access => access.Kind is AccessKind.Read);

    /// <summary>What the call changes, whatever state it finds.</summary>
    public List<Effect> WritesOf(Body caller, Call call) => Collect(caller, call, static body => body.Steps.Where(IsUnconditional), static access => access.Kind is AccessKind.Write or AccessKind.Update);

    /// <summary>Conditions on the arguments alone (<c>if (n &lt; 0) throw …</c>) do not count.</summary>
    private static bool IsUnconditional(Step step)
    {
        for (var under = step.Under; under is not null; under = under.Outer)
            if (!under.Tests.IsEmpty) return false;
        return true;
    }

    private List<Effect> Collect(Body caller, Call call, System.Func<Body, IEnumerable<Step>> steps, System.Func<Access, bool> matters)
    {
        var effects = new List<Effect>();
        Collect(caller, call, static place => place, MaxDepth);
        return effects;

        void Collect(Body from, Call into, System.Func<Place, Place> outwards, int depth)
        {
            if (depth == 0 || bodies.Of(into.Target) is not { } callee) return;
            var entry = new Entry(from, into.Operation, null, false, into.Holds, null);
            Place ToCaller(Place place) => outwards(entry.Translate(place, callee));

            foreach (var step in steps(callee).Distinct())
            {
                if (effects.Count == MaxEffects) return;
                if (step is Access access && matters(access) && ToCaller(access.Place) is { IsKnown: true } place) effects.Add(new Effect(place, callee, access));
                else if (step is Call deeper) Collect(callee, deeper, ToCaller, depth - 1);
            }
        }
    }
}
