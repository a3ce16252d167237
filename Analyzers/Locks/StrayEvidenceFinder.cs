using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Tells of a release that some path comes to without the lock whether that is beyond doubt. A caller may hold what this function does not.</summary>
internal sealed class StrayEvidenceFinder(HeldLocks locks, SyntaxNode function)
{
    public StrayEvidence? Of(StrayRelease stray)
    {
        if (stray.Release.Lock.Symbol is null && stray.Release.Lock.Owner is null && !stray.Release.Lock.IsThis) return null;

        return stray.Events.OrderBy(static happened => happened.Kind).Select(happened => happened.Kind switch
        {
            LockEventKind.Released => Twice(stray, happened.Operation!),
            LockEventKind.Failed => NotTaken(stray, happened.Operation!),
            LockEventKind.Thrown => TooEarly(stray, happened.Operation!),
            _ => null,
        }).FirstOrDefault(static evidence => evidence is not null) ?? WrongOne(stray) ?? Skipped(stray);
    }

    /// <summary>Released on line 3 already.</summary>
    private StrayEvidence? Twice(StrayRelease stray, IOperation earlier)
    {
        var release = stray.Release;
        if (LockOwners.MayHoldFor(function, release.Lock, release.Kind, locks.Names)) return null;

        // Loops that take and give back count by a number that nobody follows here.
        if (stray.Acquires.Any(acquire => ReleasePath.IsInOtherLoop(acquire.Operation.Syntax, release.Operation.Syntax) || ReleasePath.IsInOtherLoop(acquire.Operation.Syntax, earlier.Syntax))) return null;
        if (release.Kind == LockKind.Semaphore && (ReleasePath.IsInOtherLoop(release.Operation.Syntax, stray.Acquires[0].Operation.Syntax) || ReleasePath.IsInOtherLoop(earlier.Syntax, stray.Acquires[0].Operation.Syntax))) return null;

        // The end of a lock statement, or of a scope: the release inside is the one too many.
        if (IsStatement(release.Operation))
            return IsStatement(earlier) || !IsOpen(stray, earlier.Syntax) ? null : new(earlier.Syntax, Start(release.Operation.Syntax), $"the {NameOf(release.Operation)} statement on line {LineOf(release.Operation.Syntax)} releases it too", "remove this release", StrayRepair.Remove, earlier.Syntax);

        var isAlways = !stray.IsHeldElsewise && stray.Events.All(static happened => happened.Kind == LockEventKind.Released);
        if (!isAlways && !IsOpen(stray, earlier.Syntax)) return null;

        var target = locks.IsInOrderWithout(release.Operation, stray.Hold) ? release.Operation : locks.IsInOrderWithout(earlier, stray.Hold) ? earlier : null;
        return new(
            release.Operation.Syntax,
            earlier.Syntax.GetLocation(),
            earlier == release.Operation ? "an earlier turn of the loop has released it already" : $"it was released on line {LineOf(earlier.Syntax)} already",
            target == release.Operation || target is null ? "remove this release" : "remove the other release",
            target is null || IsStatement(target) ? StrayRepair.None : StrayRepair.Remove,
            (target ?? release.Operation).Syntax);
    }

    /// <summary>TryEnter on line 3 may not have got it.</summary>
    private StrayEvidence? NotTaken(StrayRelease stray, IOperation acquire)
    {
        var release = stray.Release;
        if (IsStatement(release.Operation) || ReleasePath.IsInOtherLoop(acquire.Syntax, release.Operation.Syntax)) return null;
        if (release.Kind == LockKind.Semaphore && LockOwners.MayHoldFor(function, release.Lock, release.Kind, locks.Names)) return null;
        if (!AcquireResult.IsFollowed(acquire, function)) return null;

        var isAlways = !stray.IsHeldElsewise && stray.Events.All(static happened => happened.Kind == LockEventKind.Failed);
        if (!isAlways && !IsOpen(stray, acquire.Syntax)) return null;

        var removes = isAlways && locks.IsInOrderWithout(release.Operation, stray.Hold);
        return new(
            release.Operation.Syntax,
            acquire.Syntax.GetLocation(),
            isAlways ? $"{CallOf(acquire)} on line {LineOf(acquire.Syntax)} has not taken it" : $"{CallOf(acquire)} on line {LineOf(acquire.Syntax)} may not have taken it",
            removes ? "remove this release" : "test its result before releasing",
            removes ? StrayRepair.Remove : StrayRepair.Test,
            removes ? release.Operation.Syntax : acquire.Syntax);
    }

    /// <summary>An exception in the try comes to its finally before the acquire, or from it.</summary>
    private StrayEvidence? TooEarly(StrayRelease stray, IOperation cause)
    {
        var release = stray.Release;
        if (IsStatement(release.Operation)) return null;

        // The acquire that throws, or the first behind what throws, in the same try.
        var acquire = stray.Acquires.Where(acquire => acquire.Operation.Syntax.Span.End >= cause.Syntax.SpanStart).OrderBy(static acquire => acquire.Operation.Syntax.SpanStart).FirstOrDefault()?.Operation;
        if (acquire is null || ReleasePath.TryBetween(acquire.Syntax, release.Operation.Syntax) is not { } statement || !statement.Block.Span.Contains(cause.Syntax.Span)) return null;

        var isAcquire = cause.Syntax.Span.Contains(acquire.Syntax.Span);
        if (!IsOpen(stray, acquire.Syntax, isCancelled: isAcquire) || ReleasePath.IsInOtherLoop(acquire.Syntax, release.Operation.Syntax)) return null;

        var moves = statement.Catches.Count == 0 && statement.Finally?.Span.Contains(release.Operation.Syntax.Span) == true && IsFirst(acquire.Syntax, statement.Block);
        return new(
            release.Operation.Syntax,
            cause.Syntax.GetLocation(),
            isAcquire ? $"{CallOf(acquire)} on line {LineOf(acquire.Syntax)} may fail before it takes it" : $"line {LineOf(cause.Syntax)} may throw before line {LineOf(acquire.Syntax)} acquires it",
            moves ? "acquire it before the try block" : "release it only if it was acquired",
            moves ? StrayRepair.MoveOut : StrayRepair.Test,
            acquire.Syntax);
    }

    /// <summary>Another lock, or the same in another mode.</summary>
    private StrayEvidence? WrongOne(StrayRelease stray)
    {
        if (WrongRelease.MeantBy(stray, locks, function) is not { } meant || locks.AcquireOf(meant.Acquire) is not { } acquire) return null;

        var isOtherLock = !meant.Lock.Equals(stray.Release.Lock);
        var text = LockFacts.ReleaseText(acquire);
        return new(
            stray.Release.Operation.Syntax,
            meant.Acquire.Syntax.GetLocation(),
            isOtherLock ? $"line {LineOf(meant.Acquire.Syntax)} acquired '{LockFacts.Display(acquire)}'" : $"it is held by {CallOf(meant.Acquire)} on line {LineOf(meant.Acquire.Syntax)}",
            text is null ? "release what was acquired" : $"call '{text}'",
            text is null ? StrayRepair.None : StrayRepair.Replace,
            stray.Release.Operation.Syntax,
            text);
    }

    /// <summary>Acquired in an <c>if</c>, released behind it.</summary>
    private StrayEvidence? Skipped(StrayRelease stray)
    {
        var release = stray.Release;
        if (!stray.IsHeldElsewise || IsStatement(release.Operation) || stray.Events.Any(static happened => happened.Kind != LockEventKind.None)) return null;
        if (stray.Acquires.Count != 1 || stray.Acquires[0].Operation is not { } acquire || acquire.Syntax.SpanStart > release.Operation.Syntax.SpanStart) return null;

        // Nobody else can have taken it.
        if (release.Lock.Symbol is not (ILocalSymbol or IFieldSymbol { DeclaredAccessibility: Accessibility.Private }) || LockOwners.MayHoldFor(function, release.Lock, release.Kind, locks.Names)) return null;
        if (ReleasePath.IsInOtherLoop(acquire.Syntax, release.Operation.Syntax) || !ReleasePath.MayPassBy(acquire.Syntax, release.Operation.Syntax, release.Lock.Symbol.Name) || !IsOpen(stray, acquire.Syntax)) return null;

        return new(release.Operation.Syntax, acquire.Syntax.GetLocation(), $"line {LineOf(acquire.Syntax)} acquires it on some paths only", "release it only if it was acquired", StrayRepair.Test, acquire.Syntax);
    }

    private static bool IsOpen(StrayRelease stray, SyntaxNode from, bool isCancelled = false) =>
        ReleasePath.IsOpen(from, stray.Release.Operation.Syntax, new HashSet<string>(stray.Acquires.SelectMany(static acquire => ReleasePath.FlagsAround(acquire.Operation.Syntax).Append(AcquireResult.FlagOf(acquire.Operation.Syntax))).OfType<string>()) { stray.Release.Lock.Symbol?.Name ?? "this" }, isCancelled);

    /// <summary>Whether a statement releases by its nature.</summary>
    private static bool IsStatement(IOperation release) => release.IsImplicit;

    private static string NameOf(IOperation implicitRelease) => implicitRelease.Syntax.FirstAncestorOrSelf<LockStatementSyntax>() is { } statement && statement.Expression.Span.Contains(implicitRelease.Syntax.SpanStart) ? "'lock'" : "'using'";

    private static bool IsFirst(SyntaxNode acquire, BlockSyntax block) => block.Statements[0] is ExpressionStatementSyntax first && first.Span.Contains(acquire.Span);

    private static string CallOf(IOperation acquire) => acquire is IInvocationOperation call ? $"'{call.TargetMethod.Name}'" : "the constructor";

    private static Location Start(SyntaxNode syntax) => syntax.GetFirstToken().GetLocation();

    private static int LineOf(SyntaxNode syntax) => syntax.GetLocation().GetMappedLineSpan().StartLinePosition.Line + 1;
}
