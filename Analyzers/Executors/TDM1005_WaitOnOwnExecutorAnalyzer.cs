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
        if (KnownSymbols.Of(context.Compilation).Type("Tandem.Executor") is { } executor)
            context.RegisterOperationAction(context => Analyze(context, executor), OperationKind.Invocation, OperationKind.PropertyReference);
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol executorType)
    {
        // The name comes first: most calls and properties are no wait.
        var name = (context.Operation as IInvocationOperation)?.TargetMethod.Name ?? ((IPropertyReferenceOperation)context.Operation).Property.Name;
        if (!s_waits.Contains(name)) return;

        foreach (var operation in WorkValue.Root(context.Operation).Descendants())
        {
            if (operation is not IInvocationOperation { TargetMethod: { Name: "Submit" or "Map" } method } call || !SymbolEqualityComparer.Default.Equals(method.ContainingType, executorType)) continue;
            if (OwnWork.ExecutorOf(call) is not { } executor || !RunsOnThreads(call.Instance!) || !BlockingWaits.For(call).Any(wait => wait.Syntax == context.Operation.Syntax)) continue;
            if (OwnWork.Submission(context.Operation, executor, context.Compilation, context.CancellationToken) is not { } submission) continue;

            var line = submission.Syntax.GetLocation().GetMappedLineSpan().StartLinePosition.Line + 1;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.WaitOnOwnExecutor, context.Operation.Syntax.GetLocation(), [submission.Syntax.GetLocation(), call.Syntax.GetLocation()],
                call.Instance!.Syntax.ToString(), SlowCalls.NameOf(context.Operation), line));
            return;
        }
    }

    // A worker process has executors of its own: what has the same name there is another one. Work that uses a variable of its surroundings goes to no process.
    private static bool RunsOnThreads(IOperation executor) => HeldType.Of(executor) switch
    {
        { Name: "ThreadExecutor" } => true,
        { Name: "ProcessExecutor" } => false,
        _ => WorkValue.Unconverted(executor) is not IMemberReferenceOperation { Member.IsStatic: true },
    };
}
