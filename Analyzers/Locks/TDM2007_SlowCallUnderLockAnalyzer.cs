using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2007: a call that sleeps, blocks or does I/O while a lock is held, so that all who need the lock wait for that too.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SlowCallUnderLockAnalyzer() : TandemAnalyzer(Descriptors.SlowCallUnderLock)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var flow = LockFlow.For(context.Compilation);
        if (flow.Table.IsEmpty) return;

        var methods = SlowMethods.For(context.Compilation);
        var mayDeclare = Annotations.IsDeclared(context.Compilation, "HoldsAttribute");
        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.FunctionsIn(file.SemanticModel.SyntaxTree, file.CancellationToken))
                Report(Held(function), function.Function, operation => LockHolding.At(operation, function, flow, file.SemanticModel, file.CancellationToken));

            if (!mayDeclare || file.SemanticModel.SyntaxTree.GetText(file.CancellationToken).ToString().IndexOf("Holds", System.StringComparison.Ordinal) < 0) return;
            foreach (var attribute in file.SemanticModel.SyntaxTree.GetRoot(file.CancellationToken).DescendantNodes(static node => node is not (BlockSyntax or ArrowExpressionClauseSyntax)).OfType<AttributeSyntax>())
                if (attribute.Parent?.Parent is MethodDeclarationSyntax method && LockHolding.Declared(attribute, file.SemanticModel, file.CancellationToken) is { } hold) Report(FunctionGraphs.OwnNodes(method), method, _ => hold);

            void Report(IEnumerable<SyntaxNode> nodes, SyntaxNode function, Func<IOperation, LockHolding?> holdAt)
            {
                foreach (var diagnostic in new SlowCallSearch(file.SemanticModel, function, holdAt, flow, methods, file.CancellationToken).In(nodes)) file.ReportDiagnostic(diagnostic);
            }
        });
    }

    /// <summary>The code of a function that may hold a lock.</summary>
    private static IEnumerable<SyntaxNode> Held(LockingFunction function) => function.HasCalls
        ? FunctionGraphs.OwnNodes(function.Function)
        : FunctionGraphs.OwnNodes(function.Function).OfType<LockStatementSyntax>()
            .Where(static statement => statement.Parent?.FirstAncestorOrSelf<LockStatementSyntax>() is null)
            .SelectMany(static statement => FunctionGraphs.OwnNodes(statement.Statement));
}
