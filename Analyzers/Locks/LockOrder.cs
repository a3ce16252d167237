using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>One lock taken while another is held.</summary>
/// <param name="From">The class of the lock that is held.</param>
/// <param name="To">The class of the lock that is taken.</param>
/// <param name="Held">The hold.</param>
/// <param name="Taking">The acquire, or the call that acquires.</param>
internal sealed record LockOrder(LockClass From, LockClass To, HeldLock Held, LockTaking Taking)
{
    public (LockClass From, LockClass To) Pair => (From, To);

    public Location HeldLocation => TakenLock.LocationOf(Held.Acquire.Syntax);

    /// <summary>Where it happens, for an order of places that does not depend on which file is looked at first.</summary>
    public (string File, int Position) Place => (Taking.At.Syntax.SyntaxTree.FilePath, Taking.At.Syntax.SpanStart);

    /// <summary>Whether a thread here may wait for one that does <paramref name="next"/>: it asks for what that one holds. Two readers do not wait for each other.</summary>
    public bool WaitsFor(LockOrder next) => To == next.From && !AreReaders(Taking.Taken.Mode, next.Held.Mode);

    /// <summary>Whether a third lock keeps the two from happening at the same time: a gate lock.</summary>
    public bool SharesGateWith(LockOrder other) => Gates(this).Any(gate => Gates(other).Any(its => gate.Class == its.Class && !AreReaders(gate.Mode, its.Mode)));

    /// <summary>The orders that <paramref name="taking"/> makes: one for each lock that is held.</summary>
    public static IEnumerable<LockOrder> Of(LockTaking taking)
    {
        if (taking.Taken.Class is not { } to) yield break;

        // A lock that is held already is not waited for, or is TDM2006.
        if (taking.Held.Any(held => held.Lock.Equals(taking.Taken.Lock))) yield break;
        foreach (var held in taking.Held)
            if (ClassOf(held, taking) is { } from) yield return new LockOrder(from, to, held, taking);
    }

    private static LockClass? ClassOf(HeldLock held, LockTaking taking) => LockClass.Of(held.Lock, taking.Function?.ContainingType);

    private static IEnumerable<(LockClass Class, LockMode Mode)> Gates(LockOrder order) =>
        from held in order.Taking.Held
        let itsClass = ClassOf(held, order.Taking)
        where itsClass is { } known && known != order.From && known != order.To
        select (itsClass.Value, held.Mode);

    private static bool AreReaders(LockMode one, LockMode other) =>
        one is LockMode.Read or LockMode.UpgradeableRead && other is LockMode.Read or LockMode.UpgradeableRead && (one, other) != (LockMode.UpgradeableRead, LockMode.UpgradeableRead);
}
