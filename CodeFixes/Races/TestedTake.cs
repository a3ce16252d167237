using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>The test whether there is something to take becomes the taking: <c>if (!q.IsEmpty) { q.TryDequeue(out var x); … }</c> becomes <c>if (q.TryDequeue(out var x)) { … }</c>.</summary>
internal static class TestedTake
{
    public static TextFix? Of(CollectionSteps steps)
    {
        if (steps is not { Acts: { Count: 1 } acts } || acts[0] is not IInvocationOperation take || Test(steps.Check) is not { } test) return null;
        var (condition, body) = test.FirstAncestorOrSelf<StatementSyntax>() switch
        {
            IfStatementSyntax branch => (branch.Condition, branch.Statement),
            WhileStatementSyntax loop => (loop.Condition, loop.Statement),
            _ => (null, null),
        };
        // What else the condition asks must come before, and the taking first of what is decided.
        if (condition is null || !IsLastOfAll(condition, test) || body is not BlockSyntax { Statements: { Count: > 1 } statements } block || Taking(statements[0], take) is not { } taking) return null;

        var text = block.SyntaxTree.GetText();
        var removed = TextSpan.FromBounds(statements[0].SpanStart, statements[1].SpanStart);
        if (!string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(statements[0].Span.End, statements[1].SpanStart)))) return null;
        return new TextFix($"Test the result of '{taking.Name}'", "TakeAtomically", [new TextChange(test.Span, taking.Text), new TextChange(removed, "")]);
    }

    /// <summary>The expression that is true where there is something: <c>!q.IsEmpty</c>, <c>q.Count > 0</c>, <c>q.Any()</c>.</summary>
    private static ExpressionSyntax? Test(IOperation check) => check switch
    {
        IInvocationOperation { TargetMethod.Name: "Any" } any when any.Arguments.Length <= 1 => any.Syntax as ExpressionSyntax,
        IPropertyReferenceOperation { Property.Name: "IsEmpty", Parent: IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not } => not.Syntax as ExpressionSyntax,
        _ => check.Outermost().Parent switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThan or BinaryOperatorKind.NotEquals, RightOperand.ConstantValue.Value: 0 } compared => compared.Syntax as ExpressionSyntax,
            IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThanOrEqual, RightOperand.ConstantValue.Value: 1 } compared => compared.Syntax as ExpressionSyntax,
            _ => null,
        },
    };

    private static bool IsLastOfAll(ExpressionSyntax condition, ExpressionSyntax test)
    {
        while (condition is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression } both) condition = both.Right;
        return condition == test;
    }

    private static (string Name, string Text)? Taking(StatementSyntax statement, IInvocationOperation take) => statement switch
    {
        ExpressionStatementSyntax { Expression: var expression } when expression == take.Syntax && take.TargetMethod.Name.StartsWith("Try", System.StringComparison.Ordinal) => (take.TargetMethod.Name, expression.ToString()),
        // `var x = queue.Take();` would wait.
        LocalDeclarationStatementSyntax { Declaration: { Type: var type, Variables: { Count: 1 } variables } } when take is { TargetMethod.Name: "Take", Arguments.IsEmpty: true, Instance: { } collection } && variables[0].Initializer?.Value == take.Syntax =>
            ("TryTake", $"{collection.Syntax}.TryTake(out {type} {variables[0].Identifier.ValueText})"),
        _ => null,
    };
}
