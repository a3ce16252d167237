using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Processes;

/// <summary>Returns what work would write to static state, and writes it where the result arrives: `await pool.Submit(() => s_sum = Sum())` becomes `s_sum = await pool.Submit(() => Sum())`.</summary>
internal static class ReturnState
{
    /// <summary>The changes, or null where the work does more with the state than to set it at its end, or nobody waits for it at once.</summary>
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IMemberReferenceOperation write, SyntaxNode site)
    {
        if (model.GetOperation(site) is not IInvocationOperation { TargetMethod.Name: "Submit", Syntax: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax } } } call
            || call.Syntax.Parent is not AwaitExpressionSyntax { Parent: ExpressionStatementSyntax } awaited) return null;

        // Its name has to mean the same outside.
        if (write.Syntax.Parent is not AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment || assignment.Left != write.Syntax || !WorkPortability.CanBeResult(write.Type)) return null;
        if (call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "work") is not { } argument || WorkValue.Unconverted(argument.Value).Syntax is not LambdaExpressionSyntax lambda) return null;
        if (model.GetOperation(lambda) is not IAnonymousFunctionOperation function || function.Descendants().OfType<IMemberReferenceOperation>().Count(use => SymbolEqualityComparer.Default.Equals(use.Member, write.Member)) != 1) return null;

        var front = new TextChange(new TextSpan(awaited.SpanStart, 0), $"{write.Syntax} = ");
        if (lambda.ExpressionBody == assignment)
            return [front, new TextChange(TextSpan.FromBounds(assignment.SpanStart, assignment.Right.SpanStart), "")];

        var isLast = lambda.Block is { } block && block.Statements.LastOrDefault() is ExpressionStatementSyntax last && last.Expression == assignment
            && !block.DescendantNodes(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<ReturnStatementSyntax>().Any();
        return isLast ? [front, new TextChange(TextSpan.FromBounds(assignment.SpanStart, assignment.Right.SpanStart), "return ")] : null;
    }
}
