using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>Makes `total.Value += n` a call of Update, which holds the value's lock: `total.Update(value => value + n)`.</summary>
internal static class UpdateCall
{
    private static readonly string[] s_names = ["value", "current", "old"];

    /// <summary>The changes; null where the new value is not made of the old one and of plain expressions, or a test before goes with it.</summary>
    public static ImmutableArray<TextChange>? Changes(SharedUpdate update)
    {
        if (update.Place is not { Index: null, Owner: { Type.Name: "SharedValue", Syntax: var owner } }) return null;
        var taken = update.Write.Syntax.Ancestors().OfType<MemberDeclarationSyntax>().First().DescendantTokens().Select(static token => token.ValueText).ToImmutableHashSet();
        var name = s_names.FirstOrDefault(name => !taken.Contains(name));
        if (name is null || NewValue(update, name) is not { } value || LockRange.Suspends(update.Write.Syntax)) return null;

        // A number in the code needs nothing from around it.
        var isStatic = update.Write is IIncrementOrDecrementOperation or ICompoundAssignmentOperation { Value.ConstantValue.HasValue: true };
        return [new TextChange(update.Write.Syntax.Span, $"{owner}.Update({(isStatic ? "static " : "")}{name} => {value})")];
    }

    private static string? NewValue(SharedUpdate update, string name)
    {
        switch (update.Write)
        {
            // Update gives the new value, `x++` the old one.
            case IIncrementOrDecrementOperation { IsPostfix: var isPostfix, Target: IPropertyReferenceOperation } step when update.Reads.Count == 0 && (!isPostfix || step.Parent is IExpressionStatementOperation):
                return $"{name} {(step.Kind is OperationKind.Increment ? "+" : "-")} 1";
            case ICompoundAssignmentOperation { Target: IPropertyReferenceOperation, Syntax: AssignmentExpressionSyntax { Right: var right } syntax } when update.Reads.Count == 0:
                return $"{name} {syntax.OperatorToken.ValueText.TrimEnd('=')} {(right is BinaryExpressionSyntax or ConditionalExpressionSyntax or AssignmentExpressionSyntax or LambdaExpressionSyntax ? $"({right})" : right.ToString())}";
            case ISimpleAssignmentOperation { Target: IPropertyReferenceOperation, Value.Syntax: var value } when update.Reads.All(read => value.Span.Contains(read.Syntax.Span)):
                var text = SourceText.From(value.ToString());
                return text.WithChanges(update.Reads.Select(read => new TextChange(new TextSpan(read.Syntax.SpanStart - value.SpanStart, read.Syntax.Span.Length), name))).ToString();
            default:
                return null;
        }
    }
}
