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

/// <summary>A value that is read from a ConcurrentDictionary and written back becomes one <c>AddOrUpdate</c>, or goes round a <c>TryUpdate</c> until nobody comes in between.</summary>
internal static class AtomicUpdate
{
    public static TextFix? Of(CollectionSteps steps) => OfOne(steps) ?? OfBranches(steps) ?? OfFound(steps);

    /// <summary><c>d[k] += n;</c> and <c>d[k] = d[k] + n;</c></summary>
    private static TextFix? OfOne(CollectionSteps steps)
    {
        var update = steps.Acts.Count == 0 ? steps.Check : steps.Acts.Count == 1 && steps.Acts[0].Contains(steps.Check) ? steps.Acts[0] : null;
        if (update is null or IIncrementOrDecrementOperation { IsPostfix: true, Parent: not IExpressionStatementOperation } || Call(steps, update) is not { } call) return null;
        if (NewValue(update, "value") is not { } value || steps.Model.Compilation.GetTypeByMetadataName("System.Collections.Generic.KeyNotFoundException") is not { } missing) return null;
        // As before, there must be something to change.
        return Replace(update.Syntax, $"{call}_ => throw new {missing.ToMinimalDisplayString(steps.Model, update.Syntax.SpanStart)}(), (_, value) => {value})");
    }

    /// <summary><c>if (d.ContainsKey(k)) d[k]++; else d[k] = 1;</c></summary>
    private static TextFix? OfBranches(CollectionSteps steps)
    {
        if (steps.Acts.Count != 2 || steps.Check.Syntax.FirstAncestorOrSelf<IfStatementSyntax>() is not { Else.Statement: { } otherwise } branch || !IsAll(steps, branch.Condition)) return null;
        if (steps.Acts.FirstOrDefault(act => steps.Found(act) is true) is not { } update || steps.Acts.FirstOrDefault(act => steps.Found(act) is false) is not ISimpleAssignmentOperation { Value: var first }) return null;
        if (!IsOnly(branch.Statement) || !IsOnly(otherwise) || Call(steps, update) is not { } call || !IsRepeatable(first)) return null;

        var old = OutName(steps) ?? "value";
        return NewValue(update, old) is { } value ? Replace(branch, $"{call}{first.Syntax}, (_, {old}) => {value});") : null;
    }

    /// <summary><c>if (d.TryGetValue(k, out var old)) d[k] = old + 1;</c></summary>
    private static TextFix? OfFound(CollectionSteps steps)
    {
        if (steps is not { Acts: { Count: 1 } acts } || acts[0] is not ISimpleAssignmentOperation { Value: var value } || OutName(steps) is not { } old || !IsRepeatable(value)) return null;
        if (steps.Check.Syntax.FirstAncestorOrSelf<IfStatementSyntax>() is not { Else: null } branch || branch.Condition.Span != steps.Check.Syntax.Span || !IsOnly(branch.Statement)) return null;
        if (CollectionSteps.Collection(acts[0]) is not { } collection || CollectionSteps.Key(acts[0]) is not { } key) return null;

        var indent = LockRange.IndentAt(branch.SyntaxTree.GetText(), branch.SpanStart);
        var newLine = branch.SyntaxTree.GetText().ToString().Contains("\r\n") ? "\r\n" : "\n";
        return Comments(branch) ? null : new TextFix("Use TryUpdate", "UpdateAtomically",
            [new TextChange(branch.Span, $"while ({branch.Condition} && !{collection}.TryUpdate({key}, {value.Syntax}, {old})){newLine}{indent}{{{newLine}{indent}}}")]);
    }

    private static string? Call(CollectionSteps steps, IOperation update) =>
        CollectionSteps.Collection(update) is { } collection && CollectionSteps.Key(update) is { } key && steps.Model.GetTypeInfo(collection).Type?.Name == "ConcurrentDictionary" ? $"{collection}.AddOrUpdate({key}, " : null;

    /// <summary>What the update makes of the old value.</summary>
    private static string? NewValue(IOperation update, string old)
    {
        switch (update)
        {
            case IIncrementOrDecrementOperation step: return $"{old} {(step.Kind is OperationKind.Increment ? "+" : "-")} 1";
            case ICompoundAssignmentOperation { Syntax: AssignmentExpressionSyntax syntax, Value: var value } when IsRepeatable(value):
                var sign = syntax.OperatorToken.ValueText.TrimEnd('=');
                return syntax.Right is BinaryExpressionSyntax or ConditionalExpressionSyntax ? $"{old} {sign} ({syntax.Right})" : $"{old} {sign} {syntax.Right}";
            case ISimpleAssignmentOperation { Target: IPropertyReferenceOperation target, Value: var value } when IsRepeatable(value, target):
                // `d[k] + n`, where the old value is read again.
                var reads = value.DescendantsAndSelf().Where(part => SameValue.Of(part, target)).Select(static part => part.Syntax).ToList();
                var start = value.Syntax.SpanStart;
                return value.Syntax.ToString() is var text && reads.Count > 0
                    ? SourceText.From(text).WithChanges(reads.Select(read => new TextChange(new TextSpan(read.SpanStart - start, read.Span.Length), old))).ToString()
                    : text;
            default: return null;
        }
    }

    /// <summary>Whether it does not matter how often, and when, the value is computed: arithmetic of variables.</summary>
    private static bool IsRepeatable(IOperation value, IOperation? element = null) => value.DescendantsAndSelf().All(part => part switch
    {
        ILocalReferenceOperation { Local.RefKind: RefKind.None } or IParameterReferenceOperation { Parameter.RefKind: RefKind.None } or ILiteralOperation or IBinaryOperation or IUnaryOperation or IConversionOperation or IParenthesizedOperation or IConditionalOperation or IFieldReferenceOperation or IInstanceReferenceOperation => true,
        IInvocationOperation { TargetMethod.ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } or IArgumentOperation { Parent: IInvocationOperation } or ITupleOperation => true,
        IPropertyReferenceOperation reference => (element is not null && SameValue.Of(reference, element)) || !reference.Property.IsIndexer,
        IArgumentOperation => element is not null,
        _ => false,
    });

    /// <summary>The variable that TryGetValue puts what it finds into.</summary>
    private static string? OutName(CollectionSteps steps) => steps.IsCheckedBy("TryGetValue") && ((IInvocationOperation)steps.Check).Arguments is { Length: 2 } arguments
        ? arguments[1].Syntax switch
        {
            ArgumentSyntax { Expression: DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax designation } } => designation.Identifier.ValueText,
            ArgumentSyntax { Expression: IdentifierNameSyntax name } => name.Identifier.ValueText,
            _ => null,
        }
        : null;

    private static bool IsAll(CollectionSteps steps, ExpressionSyntax condition) =>
        (condition is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression } negated ? negated.Operand : condition).Span == steps.Check.Syntax.Span;

    private static bool IsOnly(StatementSyntax branch) => branch is ExpressionStatementSyntax or BlockSyntax { Statements: { Count: 1 } };

    private static bool Comments(SyntaxNode node) => node.DescendantTrivia().Any(trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia) && node.Span.Contains(trivia.Span));

    private static TextFix? Replace(SyntaxNode node, string text) => Comments(node) ? null : new TextFix("Use AddOrUpdate", "UpdateAtomically", [new TextChange(node.Span, text)]);
}
