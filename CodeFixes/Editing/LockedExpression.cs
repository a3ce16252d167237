using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>A body that is one expression (<c>=> Balance >= n &amp;&amp; Take(n)</c>), which becomes a block to hold a lock in.</summary>
internal sealed class LockedExpression
{
    private readonly SemanticModel _model;
    private readonly ExpressionSyntax _expression;
    private readonly TextSpan _replaced;
    private readonly bool _returns;

    private LockedExpression(SemanticModel model, ExpressionSyntax expression, TextSpan replaced, bool returns) =>
        (_model, _expression, _replaced, _returns) = (model, expression, replaced, returns);

    /// <summary>The expression body around <paramref name="nodes"/>, if no statement is nearer.</summary>
    public static LockedExpression? Around(SemanticModel model, IReadOnlyList<SyntaxNode> nodes)
    {
        for (SyntaxNode? at = nodes[0]; at is not null and not StatementSyntax; at = at.Parent)
        {
            if (!nodes.All(node => at.Span.Contains(node.Span))) continue;
            switch (at)
            {
                case LambdaExpressionSyntax { ExpressionBody: { } body } lambda when model.GetSymbolInfo(lambda).Symbol is IMethodSymbol method:
                    return new LockedExpression(model, body, TextSpan.FromBounds(lambda.ArrowToken.Span.End, body.Span.End), !method.ReturnsVoid);
                case ArrowExpressionClauseSyntax { Parent: (MethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax) and var owner } arrow when model.GetDeclaredSymbol(owner) is IMethodSymbol method:
                    return new LockedExpression(model, arrow.Expression, TextSpan.FromBounds(arrow.ArrowToken.GetPreviousToken().Span.End, arrow.GetLastToken().GetNextToken().Span.End), !method.ReturnsVoid);
                case AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax: return null;
            }
        }

        return null;
    }

    /// <param name="expression">The lock.</param>
    /// <param name="head">How it is held; by <c>lock</c>, if that is not said.</param>
    public TextChange? Lock(string expression, string? head = null)
    {
        if (LockRange.Suspends(_expression) || new LockHazards(_model, expression).In(_expression)) return null;
        var text = _expression.SyntaxTree.GetText();
        var newLine = text.Lines[0].EndIncludingLineBreak - text.Lines[0].End == 2 ? "\r\n" : "\n";
        var indent = newLine + LockRange.IndentAt(text, _replaced.Start);
        return new TextChange(_replaced, $"{indent}{{{indent}    {head ?? $"lock ({expression})"}{indent}    {{{indent}        {(_returns ? "return " : "")}{_expression};{indent}    }}{indent}}}");
    }
}
