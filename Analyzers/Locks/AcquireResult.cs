using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>What becomes of the result of a try-acquire.</summary>
internal static class AcquireResult
{
    /// <summary>
    /// Whether the flow analysis sees all that the result decides: it is dropped, it is a condition, or it is in a local that only conditions
    /// read. A result that is passed on (<c>Assert.True(taken)</c>) may decide elsewhere.
    /// </summary>
    public static bool IsFollowed(IOperation acquire, SyntaxNode function)
    {
        if (acquire.Syntax is not ExpressionSyntax call) return false;
        return Result(call) is var result && result.Parent switch
        {
            ExpressionStatementSyntax => true,
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => IsReadByConditions(variable.Identifier.ValueText, function),
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" } } => true,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax name, Parent: ExpressionStatementSyntax } => IsReadByConditions(name.Identifier.ValueText, function),
            _ => IsCondition(result),
        };
    }

    /// <summary>The local or field that tells afterwards whether <paramref name="acquire"/> took the lock: its <c>ref bool</c> argument, or what its result is kept in.</summary>
    public static string? FlagOf(SyntaxNode acquire)
    {
        if (acquire is not InvocationExpressionSyntax call) return null;
        if (call.ArgumentList.Arguments.FirstOrDefault(static argument => argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword)) is { Expression: IdentifierNameSyntax taken }) return taken.Identifier.ValueText;
        return Result(call).Parent switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => variable.Identifier.ValueText,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: not "_" } name } => name.Identifier.ValueText,
            _ => null,
        };
    }

    /// <summary>The whole of an acquire that may be awaited: <c>await x.WaitAsync(10).ConfigureAwait(false)</c>.</summary>
    public static ExpressionSyntax Result(ExpressionSyntax acquire)
    {
        while (true)
        {
            switch (acquire.Parent)
            {
                case ParenthesizedExpressionSyntax or AwaitExpressionSyntax: acquire = (ExpressionSyntax)acquire.Parent; break;
                case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax configured }: acquire = configured; break;
                case ConditionalAccessExpressionSyntax access when access.WhenNotNull == acquire: acquire = access; break;
                default: return acquire;
            }
        }
    }

    private static bool IsReadByConditions(string local, SyntaxNode function) =>
        function.DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == local)
            .All(static name => name.Parent is AssignmentExpressionSyntax assignment && assignment.Left == name || name.Parent is ArgumentSyntax { RefKindKeyword.RawKind: not 0 } || IsCondition(name));

    /// <summary>Whether <paramref name="value"/> decides an <c>if</c>, a loop or a conditional expression, and nothing else.</summary>
    private static bool IsCondition(ExpressionSyntax value) => value.Parent switch
    {
        PrefixUnaryExpressionSyntax not => not.IsKind(SyntaxKind.LogicalNotExpression) && IsCondition(not),
        ParenthesizedExpressionSyntax parenthesized => IsCondition(parenthesized),
        BinaryExpressionSyntax binary => IsCondition(binary),
        IsPatternExpressionSyntax pattern => IsCondition(pattern),
        IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or ConditionalExpressionSyntax => true,
        _ => false,
    };
}
