using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>TDM1004: nobody looks at what submitted work gives, so nobody learns that it has failed.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ResultDroppedAnalyzer() : TandemAnalyzer(Descriptors.ResultDropped)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (KnownSymbols.Of(context.Compilation).Type("Tandem.Executor") is { } executor)
            context.RegisterOperationAction(context => Analyze(context, executor), OperationKind.Invocation);
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol executor)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is not { Name: "Submit" or "Map" } method || !SymbolEqualityComparer.Default.Equals(method.ContainingType, executor)) return;

        if (DroppedResult.Of(call, context.CancellationToken) is not { } dropped || call.Syntax is not InvocationExpressionSyntax { Expression: var called }) return;

        var isTask = method.Name == "Submit";
        var result = isTask ? "The task of 'Submit'" : "What 'Map' gives";
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.ResultDropped, called.GetLocation(),
            dropped.Holder is { } holder ? $"{result} is kept in '{holder.Name}', which nobody reads" : $"{result} is dropped here",
            isTask ? "an exception of its work is lost" : "nobody enumerates it, and its work never runs",
            isTask ? "await it, or discard it in the open with '_ ='" : "enumerate it with 'await foreach'"));
    }
}
