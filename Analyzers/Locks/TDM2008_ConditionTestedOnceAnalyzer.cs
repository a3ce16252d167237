using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2008: a wait for a condition that is tested before it, but not again before the code relies on it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ConditionTestedOnceAnalyzer() : TandemAnalyzer(Descriptors.ConditionTestedOnce)
{
    private static readonly string[] s_conditions = ["System.Threading.Monitor", "Tandem.ProcessCondition"];

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var (symbols, flow) = (KnownSymbols.Of(context.Compilation), LockFlow.For(context.Compilation));
        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.SitesIn(file.SemanticModel.SyntaxTree, file.CancellationToken).All)
                foreach (var call in function.Signals) Analyze(call, file, symbols);
        });
    }

    private static void Analyze(InvocationExpressionSyntax call, SemanticModelAnalysisContext context, KnownSymbols symbols)
    {
        if (call.Expression is not (MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" or "WaitAsync" } or IdentifierNameSyntax { Identifier.ValueText: "Wait" })) return;

        // A wait with no test around it is for an event, not for a condition; one in a loop of its own is tested again.
        if (WaitTest.Around(call, context.SemanticModel) is not { } test) return;
        if (context.SemanticModel.GetOperation(call, context.CancellationToken) is not IInvocationOperation operation || !System.Array.Exists(s_conditions, type => symbols.Is(operation.TargetMethod.ContainingType, type))) return;

        if (AfterWait.ReliesOn(test, call, context.SemanticModel))
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.ConditionTestedOnce, call.GetLocation(), [test.Condition.GetLocation()], test.Condition.ToString()));
    }
}
