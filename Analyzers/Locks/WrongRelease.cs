using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>A release that is meant for another lock, or for the same lock in another mode.</summary>
internal static class WrongRelease
{
    /// <summary>The hold that <paramref name="stray"/> should have given back, where that is beyond doubt: nothing else gives it back, and the lock that is released was never taken.</summary>
    public static HeldLock? MeantBy(StrayRelease stray, HeldLocks locks, SyntaxNode function)
    {
        if (stray.IsHeldElsewise || stray.Acquires.Count > 0 || stray.Events.Any(static happened => happened.Kind is not (LockEventKind.None or LockEventKind.Thrown))) return null;

        var release = stray.Release;
        return stray.HeldInstead.LastOrDefault(held =>
            held.Kind == release.Kind
            && locks.ReleasesOf(held.Acquire).IsEmpty && !locks.IsHandedOver(held.Acquire)
            && (held.Lock.Equals(release.Lock) ? IsOtherMode(held, release, locks, function) : IsOtherLock(held, release, locks, function)));
    }

    private static bool IsOtherMode(HeldLock held, LockOperation release, HeldLocks locks, SyntaxNode function)
    {
        // The old lock goes from reader to writer, and back, by calls of its own; its writer may release as a reader.
        if (IsOldReaderWriterLock(release) && (held.Mode == LockMode.Write || function.ToString().Contains("Upgrade"))) return false;

        // A method that goes from one mode to another for its caller does not do so in a finally.
        return !LockOwners.IsTakenElsewhere(function, release.Lock, ReleasedName(release), locks.Names) && (IsInFinallyBehind(held, release) || IsPrivate(release.Lock));
    }

    private static bool IsOtherLock(HeldLock held, LockOperation release, HeldLocks locks, SyntaxNode function) =>
        IsInFinallyBehind(held, release)
        && IsMadeForItself(held.Lock) && IsMadeForItself(release.Lock)
        && LockOwners.Of(held, function, locks.Names) is not LockOwner.AnotherMember
        && !LockOwners.MayHoldFor(function, release.Lock, release.Kind, locks.Names)
        && (release.Kind != LockKind.Semaphore || (SemaphoreCount.Of(held.Lock.Symbol) == 1 && SemaphoreCount.Of(release.Lock.Symbol) == 1));

    private static string ReleasedName(LockOperation release) => ((IInvocationOperation)release.Operation).TargetMethod.Name;

    private static bool IsOldReaderWriterLock(LockOperation release) =>
        release.Operation is IInvocationOperation { TargetMethod.ContainingType.Name: "ReaderWriterLock" };

    private static bool IsInFinallyBehind(HeldLock held, LockOperation release) =>
        release.Operation.Syntax.Ancestors().OfType<FinallyClauseSyntax>().Any(final => final.SpanStart > held.Acquire.Syntax.Span.End);

    private static bool IsPrivate(AccessPath theLock) => theLock.Symbol is ILocalSymbol or IFieldSymbol { DeclaredAccessibility: Accessibility.Private };

    /// <summary>Whether the variable has an object that no other variable names.</summary>
    private static bool IsMadeForItself(AccessPath theLock) =>
        theLock.Symbol is ILocalSymbol or IFieldSymbol { IsReadOnly: true }
        && theLock.Symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax };
}
