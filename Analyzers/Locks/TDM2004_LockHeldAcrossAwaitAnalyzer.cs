using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2004: an await or a yield between the acquire and the release of a lock that only the thread which took it may release.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LockHeldAcrossAwaitAnalyzer() : TandemAnalyzer(Descriptors.LockHeldAcrossAwait)
{
    /// <summary>Property, present where a lock that is acquired asynchronously would do instead; the first additional location is the acquire.</summary>
    public const string AsyncLockWouldDo = nameof(AsyncLockWouldDo);

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var flow = LockFlow.For(context.Compilation);
        if (flow.Table.IsEmpty) return;

        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.FunctionsIn(file.SemanticModel.SyntaxTree, file.CancellationToken))
                if (Suspension.IsIn(function.Function)) Analyze(function.Function, file, flow);
        });
    }

    private static void Analyze(SyntaxNode function, SemanticModelAnalysisContext context, LockFlow flow)
    {
        if (flow.In(function, context.SemanticModel, context.CancellationToken) is not { } locks) return;
        var suspended = from suspension in locks.Suspensions
                        from held in suspension.Held.Surely
                        where IsOfThread(held, flow) && !IsReleasedBy(suspension.Operation, held, locks) && !IsKeptByProgram(held, locks)
                        orderby suspension.Operation.Syntax.SpanStart
                        group suspension.Operation by held;

        // One hold is one mistake, however many awaits it spans.
        foreach (var suspensions in suspended) context.ReportDiagnostic(Describe(suspensions.Key, suspensions.First(), context.SemanticModel.Compilation));
    }

    /// <summary>Whether only the thread that acquired the lock may release it. What a lock of the user's own is made of tells for it.</summary>
    private static bool IsOfThread(HeldLock held, LockFlow flow) => held.Kind switch
    {
        LockKind.ProcessLock => ProcessLockOwner.IsThread(held.Lock.Symbol),
        LockKind.Custom => flow.Helpers.KindBehind(held.Acquire) is { } kind && IsOfThread(kind),
        var kind => IsOfThread(kind),
    };

    private static bool IsOfThread(LockKind kind) => kind is LockKind.Monitor or LockKind.Lock or LockKind.ReaderWriter or LockKind.SpinLock or LockKind.Mutex;

    /// <summary>Whether what is awaited gives the lock back before there is anything to wait for.</summary>
    private static bool IsReleasedBy(IOperation suspension, HeldLock held, HeldLocks locks) =>
        suspension is IAwaitOperation { IsImplicit: false } && locks.ReleasesOf(held.Acquire).Any(release => suspension.Syntax.Span.Contains(release.Syntax.Span));

    // A mutex that is never released keeps a second instance of the program out, and goes with the process.
    private static bool IsKeptByProgram(HeldLock held, HeldLocks locks) =>
        held.Kind == LockKind.Mutex && locks.ReleasesOf(held.Acquire).IsEmpty;

    private static Diagnostic Describe(HeldLock held, IOperation suspension, Compilation compilation)
    {
        var isYield = suspension is IReturnOperation;
        var acquired = TakenLock.LocationOf(held.Acquire.Syntax);
        return Diagnostic.Create(
            Descriptors.LockHeldAcrossAwait,
            Suspension.LocationOf(suspension),
            [acquired],
            isYield ? ImmutableDictionary<string, string?>.Empty : ImmutableDictionary<string, string?>.Empty.Add(AsyncLockWouldDo, ""),
            held.Lock,
            acquired.GetMappedLineSpan().StartLinePosition.Line + 1,
            isYield ? "the caller runs at this 'yield', for as long as it likes, and may come back on another thread" : "the code behind this 'await' may run on another one, which can't release it",
            isYield ? "collect the items under the lock, and yield them when it is released" : compilation.GetTypeByMetadataName("Tandem.ThreadLock") is null ? "use a SemaphoreSlim, acquired with WaitAsync" : "use a ThreadLock, acquired with AcquireAsync");
    }
}
