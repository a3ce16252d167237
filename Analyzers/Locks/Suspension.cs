using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>What stops a function in the middle, as the source writes it: an await or a yield.</summary>
internal static class Suspension
{
    /// <summary>Whether the function itself, and not one inside it, may be stopped by an await or by a yield.</summary>
    public static bool IsIn(SyntaxNode function) =>
        FunctionGraphs.OwnNodes(function).Any(static node => node is AwaitExpressionSyntax or YieldStatementSyntax || AwaitKeywordOf(node).RawKind != 0);

    /// <summary>The <c>await</c> or <c>yield</c> that a suspension is written as; the one of the statement around it where the compiler adds the await.</summary>
    public static Location LocationOf(IOperation suspension)
    {
        if (suspension.Syntax is AwaitExpressionSyntax or YieldStatementSyntax) return suspension.Syntax.GetLocation();
        for (var node = suspension.Syntax; node is not null && !FunctionGraphs.IsFunction(node); node = node.Parent)
            if (AwaitKeywordOf(node) is { RawKind: not 0 } keyword) return Location.Create(node.SyntaxTree, TextSpan.FromBounds(keyword.SpanStart, keyword.GetNextToken().Span.End));
        return suspension.Syntax.GetLocation();
    }

    private static SyntaxToken AwaitKeywordOf(SyntaxNode node) => node switch
    {
        CommonForEachStatementSyntax each => each.AwaitKeyword,
        UsingStatementSyntax statement => statement.AwaitKeyword,
        LocalDeclarationStatementSyntax declaration => declaration.AwaitKeyword,
        _ => default,
    };
}
