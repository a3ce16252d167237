using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Flow;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>TDM2008: the <c>if</c> around the wait becomes a <c>while</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ConditionTestedOnceCodeFix))]
public sealed class ConditionTestedOnceCodeFix() : TextCodeFixProvider(Descriptors.ConditionTestedOnce.Id)
{
    private const string Key = "WaitInALoop";

    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (diagnostic.AdditionalLocations.Count == 0 || reported is not InvocationExpressionSyntax wait) yield break;
        var condition = reported.SyntaxTree.GetRoot(cancellationToken).FindNode(diagnostic.AdditionalLocations[0].SourceSpan, getInnermostNodeForTie: true);

        // A local that was made of the state before does not change in a loop, unless a lambda changes it.
        if (condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().All(name => model.GetSymbolInfo(name, cancellationToken).Symbol is ILocalSymbol && !IsShared(name))) yield break;

        // What the other branch does would be done after each wait, or not at all.
        if (condition.Parent is not IfStatementSyntax { Else: null } test || test.Condition != condition) yield break;
        if (!test.Statement.Span.Contains(wait.Span))
        {
            if (LoopBehindGuard.Of(test, wait, model) is { } changes) yield return new("Wait in a while loop", Key, changes);
            yield break;
        }

        // It would leave the new loop, not the one around it.
        if (test.Statement.DescendantNodesAndSelf(static node => node is not (WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax or AnonymousFunctionExpressionSyntax)).Any(static node => node is BreakStatementSyntax or ContinueStatementSyntax)) yield break;
        if (EndsByTime(wait)) yield return new("Wait in a while loop", Key, [new TextChange(test.IfKeyword.Span, "while")]);
    }

    private static bool IsShared(IdentifierNameSyntax local) =>
        FunctionGraphs.FunctionAround(local) is { } function
        && local.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == local.Identifier.ValueText && FunctionGraphs.FunctionAround(name) != function) == true;

    /// <summary>Whether a loop ends as the code does now when the time is up: because there is no such time, or the code leaves then.</summary>
    private static bool EndsByTime(InvocationExpressionSyntax wait) => wait.Parent switch
    {
        ExpressionStatementSyntax => wait.ArgumentList.Arguments.Count == (wait.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Monitor" } or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Monitor" } } ? 1 : 0),
        PrefixUnaryExpressionSyntax { OperatorToken.ValueText: "!", Parent: IfStatementSyntax { Statement: var then } } => then is ReturnStatementSyntax or ThrowStatementSyntax || (then is BlockSyntax block && block.Statements.LastOrDefault() is ReturnStatementSyntax or ThrowStatementSyntax),
        _ => false,
    };
}
