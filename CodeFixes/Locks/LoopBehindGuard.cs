using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Flow;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary><c>if (_ready) return; Monitor.Wait(_gate);</c> becomes <c>while (!_ready) Monitor.Wait(_gate);</c>, where the code behind does what the guard does.</summary>
internal static class LoopBehindGuard
{
    public static ImmutableArray<TextChange>? Of(IfStatementSyntax guard, InvocationExpressionSyntax wait, SemanticModel model)
    {
        // A wait that may end by its time would go on and on.
        if (wait.ArgumentList.Arguments.Count > 1 || wait.Parent is not ExpressionStatementSyntax { Parent: BlockSyntax block } waiting || guard.Parent != block) return null;
        var leave = guard.Statement is BlockSyntax { Statements: { Count: 1 } only } ? only[0] : guard.Statement;
        if (leave is not ReturnStatementSyntax || !GoesOnAlike(leave, block, block.Statements.IndexOf(waiting) + 1)) return null;
        if (guard.DescendantTrivia().Concat(waiting.GetLeadingTrivia()).Any(static trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)) || guard.ContainsDirectives) return null;

        var text = guard.SyntaxTree.GetText();
        return [new TextChange(guard.Span, $"while ({Negated(guard.Condition, model)}) {waiting.WithoutTrivia()}"), WrapStatements.Remove(text, waiting)];
    }

    /// <summary>Whether what follows the wait is what the guard does: the same return, or the end of the function.</summary>
    private static bool GoesOnAlike(StatementSyntax leave, BlockSyntax block, int next)
    {
        if (next < block.Statements.Count) return SyntaxFactory.AreEquivalent(block.Statements[next], leave);
        if (leave is not ReturnStatementSyntax { Expression: null }) return false;
        for (SyntaxNode node = block; !FunctionGraphs.IsFunction(node.Parent!); node = node.Parent!)
            if (node.Parent is BlockSyntax outer ? outer.Statements.Last(static statement => statement is not LocalFunctionStatementSyntax) != node : node.Parent is not LockStatementSyntax) return false;
        return true;
    }

    private static string Negated(ExpressionSyntax condition, SemanticModel model) => condition switch
    {
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression, Operand: var operand } => operand.ToString(),
        IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax => $"!{condition}",
        BinaryExpressionSyntax binary when Opposite(binary, model) is { } sign => $"{binary.Left} {sign} {binary.Right}",
        _ => $"!({condition})",
    };

    /// <summary>The sign of the opposite comparison. What is no number compares neither way.</summary>
    private static string? Opposite(BinaryExpressionSyntax binary, SemanticModel model) => (binary.Kind(), model.GetTypeInfo(binary.Left).Type?.SpecialType) switch
    {
        (SyntaxKind.EqualsExpression, _) => "!=",
        (SyntaxKind.NotEqualsExpression, _) => "==",
        (SyntaxKind.LessThanExpression, SpecialType.System_Int32 or SpecialType.System_Int64) => ">=",
        (SyntaxKind.GreaterThanExpression, SpecialType.System_Int32 or SpecialType.System_Int64) => "<=",
        (SyntaxKind.LessThanOrEqualExpression, SpecialType.System_Int32 or SpecialType.System_Int64) => ">",
        (SyntaxKind.GreaterThanOrEqualExpression, SpecialType.System_Int32 or SpecialType.System_Int64) => "<",
        _ => null,
    };
}
