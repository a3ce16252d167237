using System.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>What goes, where a second acquire of a held lock goes.</summary>
internal enum Dropped
{
    /// <summary>The acquire, and what gives its hold back.</summary>
    WithItsReleases,

    /// <summary>The acquire alone: its release becomes that of the first one, which has none.</summary>
    Alone,
}

/// <summary>The second hold of a lock, and whether the code would give the lock back as often as it takes it, if it did not take it again.</summary>
internal static class SecondHold
{
    /// <summary>What may go; null where the first hold would be left, or given back twice.</summary>
    public static Dropped? WithoutAcquire(LockTaking taking, HeldLock held, HeldLocks locks)
    {
        // Others give the first hold back.
        if (locks.IsHandedOver(held.Acquire) || LockOwners.Of(held, FunctionGraphs.FunctionAround(held.Acquire.Syntax)!) == LockOwner.AnotherMember) return Dropped.WithItsReleases;

        // A line written twice: one release for two acquires.
        if (locks.ReleasesOf(held.Acquire.Syntax).IsEmpty) return IsStatement(taking) && held.Mode == taking.Taken.Mode ? Dropped.Alone : null;
        return locks.Leaks.Any(leak => leak.Kind == LeakKind.Return && leak.Held.Acquire.Syntax == held.Acquire.Syntax) ? null : Dropped.WithItsReleases;
    }

    private static bool IsStatement(LockTaking taking) => taking.At.Syntax.Parent is ExpressionStatementSyntax or AwaitExpressionSyntax { Parent: ExpressionStatementSyntax };
}
