using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells where a member waits for work that another has started and kept the thread or task of: <c>_cancel.Cancel(); await _loop;</c>. What follows comes in order.</summary>
internal sealed class KeptHandles(BodyTable bodies)
{
    /// <summary>Whether the work of <paramref name="started"/> has ended when <paramref name="other"/> comes to its access.</summary>
    public bool AreJoined(Reach started, Reach other)
    {
        if (started.Keepers.IsEmpty) return false;
        for (Reach? at = other; at is not null; at = at.Below)
            if (Joins(at.Body, started.Keepers, at.Site.Position(), helpers: true)) return true;
        return false;
    }

    private bool Joins(Body body, ImmutableArray<ISymbol> keepers, int before, bool helpers)
    {
        if (keepers.SelectMany(body.HandleUses.Of).Any(handle => handle is IMemberReferenceOperation && handle.Position() < before && IsJoined(body, handle, before))) return true;
        // `StopLoop();`
        return helpers && body.Steps.OfType<Call>().Any(call => call.Operation.Syntax.Span.End <= before && bodies.Of(call.Target) is { } callee && callee.Outermost != body.Outermost && Joins(callee, keepers, int.MaxValue, helpers: false));
    }

    private static bool IsJoined(Body body, IOperation handle, int before)
    {
        var finder = new JoinFinder(body, handle);
        finder.Follow(handle, depth: 0);
        return finder.End <= before;
    }
}
