using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like an assignment or a test of what a name stands for. A first look, before anything is bound.</summary>
internal static class MentionSyntax
{
    /// <summary>The call by that name; null where it is only mentioned.</summary>
    public static InvocationExpressionSyntax? CallOf(SimpleNameSyntax name) => name.Parent switch
    {
        InvocationExpressionSyntax call when call.Expression == name => call,
        MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } access when access.Name == name && call.Expression == access => call,
        MemberBindingExpressionSyntax { Parent: InvocationExpressionSyntax call } => call,
        _ => null,
    };

    /// <summary>Whether the name stands for the elements of what it holds: <c>counts[i]</c>.</summary>
    public static bool IsIndexed(SimpleNameSyntax name) => name.Parent is ElementAccessExpressionSyntax element && element.Expression == name;

    /// <summary>Whether what has the name is assigned, or what is in it; and whether from what it was before.</summary>
    public static bool IsAssigned(ExpressionSyntax name, out bool updates)
    {
        SyntaxNode target = name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => access,
            MemberBindingExpressionSyntax binding => binding,
            _ => name,
        };
        while (target.Parent is ParenthesizedExpressionSyntax || (target.Parent is ElementAccessExpressionSyntax element && element.Expression == target)) target = target.Parent;
        updates = target.Parent switch
        {
            AssignmentExpressionSyntax assignment when assignment.Left == target => !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) || Mentions(assignment.Right, name),
            PrefixUnaryExpressionSyntax prefix => prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression),
            PostfixUnaryExpressionSyntax postfix => postfix.IsKind(SyntaxKind.PostIncrementExpression) || postfix.IsKind(SyntaxKind.PostDecrementExpression),
            _ => false,
        };
        return updates || target.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == target,
            ArgumentSyntax { RefKindKeyword.RawKind: not 0 and not (int)SyntaxKind.InKeyword } argument => !IsVolatileRead(argument),
            ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax } } => true,
            _ => false,
        };
    }

    private static bool Mentions(ExpressionSyntax expression, ExpressionSyntax name)
    {
        foreach (var node in expression.DescendantNodesAndSelf())
            if (node is SimpleNameSyntax mention ? name is SimpleNameSyntax other && mention.Identifier.ValueText == other.Identifier.ValueText : node is FieldExpressionSyntax && name is FieldExpressionSyntax) return true;
        return false;
    }

    private static bool IsVolatileRead(ArgumentSyntax argument) =>
        argument.Parent?.Parent is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Read" } };

    /// <summary>Whether a condition or the value of a variable depends on it.</summary>
    public static bool IsTested(SyntaxNode mention)
    {
        for (var (at, from) = (mention.Parent, mention); at is not null; (at, from) = (at.Parent, at))
        {
            switch (at)
            {
                case ConditionalExpressionSyntax conditional when conditional.Condition == from:
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression or (int)SyntaxKind.CoalesceExpression } binary when binary.Left == from:
                case SwitchExpressionSyntax choice when choice.GoverningExpression == from:
                // A local, which may be tested or written back later.
                case EqualsValueClauseSyntax or LocalDeclarationStatementSyntax:
                case AssignmentExpressionSyntax assignment when assignment.Right == from:
                    return true;
                case WhenClauseSyntax: return true;
                case StatementSyntax: return at is IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or SwitchStatementSyntax;
                case MemberDeclarationSyntax: return false;
            }
        }

        return false;
    }
}
