using System.Collections.Concurrent;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>TDM1005: a worker that blocks until other work of its executor has run, when all workers may be doing the same.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WaitOnOwnExecutorAnalyzer() : TandemAnalyzer(Descriptors.WaitOnOwnExecutor)
{
    private static readonly string[] s_waits = ["Result", "Wait", "GetResult", "WaitAll", "WaitAny", "ToBlockingEnumerable"];

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (KnownSymbols.Of(context.Compilation).Type("Tandem.Executor") is not { } executor) return;

        // A body may wait often: what for is asked once for each body.
        var waits = new ConcurrentDictionary<SyntaxNode, ILookup<SyntaxNode, IInvocationOperation>>();
        context.RegisterOperationAction(context => Analyze(context, waits, executor), OperationKind.Invocation, OperationKind.PropertyReference);
    }

    private static void Analyze(OperationAnalysisContext context, ConcurrentDictionary<SyntaxNode, ILookup<SyntaxNode, IInvocationOperation>> waits, INamedTypeSymbol executorType)
    {
        // The name comes first: most calls and properties are no wait.
        var name = (context.Operation as IInvocationOperation)?.TargetMethod.Name ?? ((IPropertyReferenceOperation)context.Operation).Property.Name;
        if (!s_waits.Contains(name)) return;

        var root = WorkValue.Root(context.Operation);
        foreach (var call in waits.GetOrAdd(root.Syntax, _ => Waits(root, executorType))[context.Operation.Syntax])
        {
            if (OwnWork.ExecutorOf(call) is not { } executor || OwnWork.Submission(context.Operation, executor, context.Compilation, context.CancellationToken) is not { } submission) continue;

            var line = submission.Syntax.GetLocation().GetMappedLineSpan().StartLinePosition.Line + 1;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.WaitOnOwnExecutor, context.Operation.Syntax.GetLocation(), [submission.Syntax.GetLocation(), call.Syntax.GetLocation()],
                call.Instance!.Syntax.ToString(), SlowCalls.NameOf(context.Operation), line));
            return;
        }
    }

    /// <summary>The blocking waits of a body, and the submissions to threads that each waits for.</summary>
    private static ILookup<SyntaxNode, IInvocationOperation> Waits(IOperation body, INamedTypeSymbol executorType) =>
        (from call in body.Descendants().OfType<IInvocationOperation>()
         where call.TargetMethod.Name is "Submit" or "Map" && SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, executorType) && RunsOnThreads(call.Instance!)
         from wait in BlockingWaits.For(call)
         select (Wait: wait.Syntax, Call: call)).ToLookup(static pair => pair.Wait, static pair => pair.Call);

    // A worker process has executors of its own: what has the same name there is another one. Work that uses a variable of its surroundings goes to no process.
    private static bool RunsOnThreads(IOperation executor) => HeldType.Of(executor) switch
    {
        { Name: "ThreadExecutor" } => true,
        { Name: "ProcessExecutor" } => false,
        _ => WorkValue.Unconverted(executor) is not IMemberReferenceOperation { Member.IsStatic: true },
    };
}
