using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2001: an acquire after which some path, an exception's included, leaves the function with the lock held.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LockNotReleasedAnalyzer() : TandemAnalyzer(Descriptors.LockNotReleased)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var flow = LockFlow.For(context.Compilation);
        if (flow.Table.IsEmpty) return;

        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.FunctionsIn(file.SemanticModel.SyntaxTree, file.CancellationToken))
                if (function.Acquires.Any(acquire => flow.IsAcquire(acquire, file.SemanticModel, file.CancellationToken))) Analyze(function.Function, file, flow);
        });
    }

    private static void Analyze(SyntaxNode function, SemanticModelAnalysisContext context, LockFlow flow)
    {
        if (flow.In(function, context.SemanticModel, context.CancellationToken) is not { } locks) return;
        foreach (var leaks in locks.Leaks.GroupBy(static leak => leak.Held.Acquire))
            if (FirstThatCounts(leaks, locks, function) is { } leak) Report(context, flow, locks, leak, function);
    }

    private static LockLeak? FirstThatCounts(IEnumerable<LockLeak> leaks, HeldLocks locks, SyntaxNode function)
    {
        var held = leaks.First().Held;
        var releases = locks.ReleasesOf(held.Acquire);
        var isOurs = !releases.IsEmpty || locks.IsHandedOver(held.Acquire);

        // What a helper took, another may give back, in ways that nothing here tells of.
        if (releases.IsEmpty && locks.AcquireOf(held.Acquire) is { IsByHelper: true }) return null;
        // How many holds there are, a number says.
        if (releases.Any(IsCounted)) return null;
        // A lock statement or a using declaration of the compiler's own making releases itself.
        if (held.Acquire.IsImplicit) return null;

        // A mutex that the program owns, or takes, when it starts is there to keep a second instance out; it goes with the process.
        if (held.Kind == LockKind.Mutex && (IsEntryPoint(function) || (releases.IsEmpty && LockOwners.IsNamedOrOwned(held, function)))) return null;

        // One that begins with nothing to take is a signal: what is taken was given by somebody else.
        if (held.Kind == LockKind.Semaphore && SemaphoreCount.BeginsEmpty(held.Lock.Symbol, default)) return null;

        // One that others give back, and that may let several in, bounds work or is a signal: there is no one who holds it.
        if (held.Kind == LockKind.Semaphore && releases.IsEmpty && !SemaphoreCount.IsOne(held.Lock.Symbol, default)) return null;

        // Released as another lock, it is told at that release.
        if (locks.Strays.Any(stray => WrongRelease.MeantBy(stray, locks, function) == held)) return null;

        var owner = LockOwners.Of(held, function, locks.Names);
        if (!isOurs)
        {
            // A semaphore that this function does not release is a signal, or bounds work that ends elsewhere; unless, taken as the lock that
            // another member gives back, it is left by a throw: nobody is told to give it back then.
            if (held.Kind == LockKind.Semaphore)
                return owner == LockOwner.AnotherMember && SemaphoreCount.Of(held.Lock.Symbol) == 1 ? leaks.FirstOrDefault(static leak => leak.IsThrow && !IsEndOfUse(leak)) : null;

            // Whoever else can reach the lock may release it. Releasing it in another mode is another defect, told at that release.
            if (owner == LockOwner.Unknown || (owner == LockOwner.OtherModeHere && !locks.IsReleasedInVain(held))) return null;
        }

        // Where another member gives the lock back, a return that keeps it hands it over: Enter and Exit, Begin and End.
        return leaks.Where(leak => !IsPutBack(leak, releases)).Where(leak => owner != LockOwner.AnotherMember || leak.Kind == LeakKind.Exception || locks.IsHandedOver(held.Acquire)).OrderBy(static leak => leak.Kind).FirstOrDefault();
    }

    /// <summary>Whether the exception is one of a property that the finally puts back before it releases: whose setter took the old value once takes it again.</summary>
    private static bool IsPutBack(LockLeak leak, ImmutableArray<IOperation> releases) =>
        leak is { Kind: LeakKind.Exception, Where: { Syntax: var where } } && where.FirstAncestorOrSelf<ExpressionStatementSyntax>()?.Expression is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: var target } && (where is AssignmentExpressionSyntax || target.Span.Contains(where.Span))
        && where.FirstAncestorOrSelf<FinallyClauseSyntax>() is { } final && releases.Any(release => final.Span.Contains(release.Syntax.Span));

    private static void Report(SemanticModelAnalysisContext context, LockFlow flow, HeldLocks locks, LockLeak leak, SyntaxNode function)
    {
        var acquire = leak.Held.Acquire;
        if (context.SemanticModel.GetOperation(acquire.Syntax, context.CancellationToken) is not { } source || flow.Find(source) is not { } operation) return;

        var releases = locks.ReleasesOf(acquire);
        var isHandedOver = IsHandedOver(leak.Held, locks, function);
        var (where, how) = releases.IsEmpty && !locks.IsHandedOver(acquire) && leak.Kind == LeakKind.Return ? (function.GetLocation(), "anywhere") : LeakEvidence.Of(leak, releases, function);
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.LockNotReleased,
            LockFacts.Reported(acquire.Syntax).GetLocation(),
            [where, .. releases.OrderBy(static release => release.Syntax.SpanStart).Select(static release => release.Syntax.GetLocation())],
            LockFacts.Of(operation, releases.All(locks.BelongsToOneAcquire), isHandedOver),
            LockFacts.Display(operation),
            how,
            isHandedOver ? LockFacts.RemedyBeforeHandOver(leak.Kind) : LockFacts.Remedy(operation, function)));
    }

    /// <summary><c>if (--_depth == 0) _gate.Release();</c>, <c>_gate.Release(taken);</c></summary>
    private static bool IsCounted(IOperation release) =>
        release is IInvocationOperation { TargetMethod.Name: "Release", Arguments: { Length: 1 } counts } && !counts[0].Value.ConstantValue.HasValue
        || release.Syntax.Ancestors().TakeWhile(static node => !FunctionGraphs.IsFunction(node)).OfType<IfStatementSyntax>().Any(static test => test.Condition.DescendantNodesAndSelf().Any(static node => node.Kind() is SyntaxKind.PreDecrementExpression or SyntaxKind.PostDecrementExpression));

    /// <summary>Whether nobody will take the lock again: the object is disposed of, or the work was cancelled.</summary>
    private static bool IsEndOfUse(LockLeak leak) => leak.Where?.Type?.Name is "ObjectDisposedException" or "OperationCanceledException" or "TaskCanceledException";

    /// <summary>Whether the lock is another owner's when the function ends as it should.</summary>
    private static bool IsHandedOver(HeldLock held, HeldLocks locks, SyntaxNode function) =>
        locks.IsHandedOver(held.Acquire)
        || (locks.Leaks.Any(leak => leak.Held.Acquire == held.Acquire && leak.Kind == LeakKind.Return) && LockOwners.Of(held, function, locks.Names) == LockOwner.AnotherMember);

    private static bool IsEntryPoint(SyntaxNode function) =>
        function is CompilationUnitSyntax || (function is MethodDeclarationSyntax { Identifier.ValueText: "Main" } main && main.Modifiers.Any(SyntaxKind.StaticKeyword));
}
