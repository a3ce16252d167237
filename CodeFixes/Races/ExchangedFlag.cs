using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>A flag that is tested and set at once, which lets one thread in: <c>if (Interlocked.Exchange(ref _started, true)) return;</c></summary>
internal static class ExchangedFlag
{
    public static TextFix? Of(CollectionSteps steps)
    {
        if (steps is not { Acts: { Count: 1 } acts, Check: IFieldReferenceOperation { Field.IsReadOnly: false } flag } || acts[0] is not ISimpleAssignmentOperation { Value: { ConstantValue: { HasValue: true, Value: bool or int } } value }) return null;
        // What is compared is what was there before: one of two values.
        var isBool = value.Type?.SpecialType is SpecialType.System_Boolean;
        if (!isBool && flag.Outermost().Parent is not IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals, RightOperand.ConstantValue.Value: 0 or 1 }) return null;
        if (acts[0].Syntax.Parent is not ExpressionStatementSyntax set || steps.Check.Syntax.FirstAncestorOrSelf<IfStatementSyntax>() is not { Else: null } branch || !IsWhole(branch.Condition, flag)) return null;

        // Nothing between test and change, and something that they decide.
        var isInside = branch.Statement is BlockSyntax { Statements: { Count: > 1 } inside } && inside[0] == set;
        var isNext = branch.Parent is BlockSyntax around && around.Statements.IndexOf(branch) is var index && index + 2 < around.Statements.Count && around.Statements[index + 1] == set;
        var next = set.GetLastToken().GetNextToken();
        if (!isInside && !isNext || set.GetLeadingTrivia().Concat(set.GetTrailingTrivia()).Concat(next.LeadingTrivia).Any(static trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia))) return null;
        if (steps.Model.Compilation.GetTypeByMetadataName("System.Threading.Interlocked")?.ToMinimalDisplayString(steps.Model, branch.SpanStart) is not { } interlocked) return null;

        return new TextFix("Use Interlocked.Exchange", "ExchangeFlag",
        [
            new TextChange(flag.Syntax.Span, $"{interlocked}.Exchange(ref {flag.Syntax}, {value.Syntax})"),
            new TextChange(TextSpan.FromBounds(set.SpanStart, next.SpanStart), ""),
        ]);
    }

    private static bool IsWhole(ExpressionSyntax condition, IOperation flag) => condition switch
    {
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression } negated => negated.Operand.Span == flag.Syntax.Span,
        BinaryExpressionSyntax compared => compared.Left.Span == flag.Syntax.Span,
        _ => condition.Span == flag.Syntax.Span,
    };
}
