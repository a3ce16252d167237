using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>What comes of taking a lock that one holds.</summary>
internal enum SecondTake
{
    /// <summary>Nothing: the lock counts its holds, or may not be held by the same owner at all.</summary>
    Allowed,

    /// <summary>The holder waits for itself.</summary>
    Waits,

    /// <summary>The lock throws.</summary>
    Throws,

    /// <summary>As <see cref="Throws"/>, where the holder reads and wants to write.</summary>
    UpgradeThrows,

    /// <summary>As <see cref="Waits"/>, where the holder reads and wants to write.</summary>
    UpgradeWaits,
}

/// <summary>Which locks their holder can take again.</summary>
internal static class Reentrancy
{
    public static SecondTake Of(HeldLock held, TakenLock taken, CancellationToken cancellationToken) => held.Kind switch
    {
        LockKind.ThreadLock => SecondTake.Waits,
        LockKind.ProcessLock => IsPlainProcessLock(held.Lock.Symbol, cancellationToken) ? SecondTake.Waits : SecondTake.Allowed,
        LockKind.SpinLock => SecondTake.Throws,
        LockKind.Semaphore => SemaphoreCount.IsOne(held.Lock.Symbol, cancellationToken) ? SecondTake.Waits : SecondTake.Allowed,
        LockKind.ReaderWriter => OfReaderWriter(held, taken, cancellationToken),
        _ => SecondTake.Allowed,
    };

    private static SecondTake OfReaderWriter(HeldLock held, TakenLock taken, CancellationToken cancellationToken)
    {
        if (IsOldReaderWriterLock(taken)) return (held.Mode, taken.Mode) is (LockMode.Read, LockMode.Write) ? SecondTake.UpgradeWaits : SecondTake.Allowed;
        return (held.Mode, taken.Mode) switch
        {
            // No policy allows it: two readers that both want to write would wait for each other.
            (LockMode.Read, LockMode.Write or LockMode.UpgradeableRead) => SecondTake.UpgradeThrows,
            // What an upgradeable read lock is for.
            (LockMode.UpgradeableRead, LockMode.Read or LockMode.Write) => SecondTake.Allowed,
            _ => IsWithoutRecursion(held.Lock.Symbol, cancellationToken) ? SecondTake.Throws : SecondTake.Allowed,
        };
    }

    private static bool IsOldReaderWriterLock(TakenLock taken) =>
        taken.Acquire is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "AcquireReaderLock" or "AcquireWriterLock" } };

    /// <summary>Whether every <c>new ProcessLock</c> for the variable is seen, and none makes it reentrant.</summary>
    private static bool IsPlainProcessLock(ISymbol? variable, CancellationToken cancellationToken) =>
        Makings.Of(variable, cancellationToken) is { Count: > 0 } makings && makings.All(static arguments => arguments.All(static argument => argument.Expression is LiteralExpressionSyntax { Token.ValueText: "false" }));

    private static bool IsWithoutRecursion(ISymbol? variable, CancellationToken cancellationToken) =>
        Makings.Of(variable, cancellationToken) is { Count: > 0 } makings && makings.All(static arguments => arguments.All(static argument => argument.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "NoRecursion" } or IdentifierNameSyntax { Identifier.ValueText: "NoRecursion" }));
}
