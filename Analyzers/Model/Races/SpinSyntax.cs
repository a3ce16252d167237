using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like a loop that waits for another thread. A first look, before anything is bound.</summary>
internal static class SpinSyntax
{
    /// <summary>Whether the loop calls nothing, and does not count.</summary>
    public static bool MaySpin(SyntaxNode loop) => loop switch
    {
        ForStatementSyntax { Incrementors: { Count: > 0 } steps, Condition: { } condition } => !steps.Any(step => Names(step).Any(name => Names(condition).Contains(name))) && !loop.DescendantNodes().Any(Calls),
        ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax => !loop.DescendantNodes().Any(Calls),
        _ => false,
    };

    private static bool Calls(SyntaxNode node) => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or AwaitExpressionSyntax or LockStatementSyntax or YieldStatementSyntax or CommonForEachStatementSyntax or AnonymousFunctionExpressionSyntax or TryStatementSyntax;

    private static IEnumerable<string> Names(SyntaxNode node) => node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(static name => name.Identifier.ValueText);
}
