using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Races;

/// <summary>A call of Interlocked that does what an update does, in one step.</summary>
/// <param name="Method">The member of Interlocked.</param>
/// <param name="Change">The call in the update's place.</param>
internal readonly record struct InterlockedUpdate(string Method, TextChange Change)
{
    public static InterlockedUpdate? Of(SemanticModel model, SyntaxNode update, CancellationToken cancellationToken)
    {
        if (model.GetOperation(update, cancellationToken) is not { } operation) return null;
        // A comment inside would be lost.
        foreach (var trivia in update.DescendantTrivia())
            if (!trivia.IsKind(SyntaxKind.WhitespaceTrivia) && update.Span.Contains(trivia.Span)) return null;

        var (method, target, value, isOldValue) = Parts(operation);
        if (method is null || target is null || model.Compilation.GetTypeByMetadataName("System.Threading.Interlocked") is not { } interlocked) return null;
        if (interlocked.GetMembers(method).IsEmpty) return null;

        var isUsed = update.Parent is not (ExpressionStatementSyntax or ForStatementSyntax or ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax { ReturnType: PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } } });
        // Or and And answer what was there before.
        if (isUsed && method is "Or" or "And") return null;

        var call = $"{interlocked.ToMinimalDisplayString(model, update.SpanStart)}.{method}(ref {target}{(value is null ? "" : ", " + value)})";
        // `x++` is what it was before.
        if (isUsed && isOldValue) call = $"({call} {(method is "Increment" ? "-" : "+")} 1)";
        return new InterlockedUpdate(method, new TextChange(update.Span, call));
    }

    private static (string? Method, SyntaxNode? Target, string? Value, bool IsOldValue) Parts(IOperation operation) => operation switch
    {
        IIncrementOrDecrementOperation step => (step.Kind is OperationKind.Increment ? "Increment" : "Decrement", step.Target.Syntax, null, step.IsPostfix),
        ICompoundAssignmentOperation compound => compound.OperatorKind switch
        {
            BinaryOperatorKind.Add => ("Add", compound.Target.Syntax, compound.Value.Syntax.ToString(), false),
            BinaryOperatorKind.Subtract => ("Add", compound.Target.Syntax, Negated(compound.Value), false),
            BinaryOperatorKind.Or => ("Or", compound.Target.Syntax, compound.Value.Syntax.ToString(), false),
            BinaryOperatorKind.And => ("And", compound.Target.Syntax, compound.Value.Syntax.ToString(), false),
            _ => default,
        },
        // `x = x + n`, `x = n + x`, `x = x - n`
        ISimpleAssignmentOperation { Value: var value } assignment when value.Unconverted() is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } binary =>
            Same(binary.LeftOperand, assignment.Target) ? ("Add", assignment.Target.Syntax, binary.OperatorKind is BinaryOperatorKind.Add ? binary.RightOperand.Syntax.ToString() : Negated(binary.RightOperand), false)
            : binary.OperatorKind is BinaryOperatorKind.Add && Same(binary.RightOperand, assignment.Target) ? ("Add", assignment.Target.Syntax, binary.LeftOperand.Syntax.ToString(), false)
            : default,
        _ => default,
    };

    private static bool Same(IOperation operand, IOperation target) => SyntaxFactory.AreEquivalent(operand.Syntax, target.Syntax);

    private static string Negated(IOperation value) => value.Syntax is LiteralExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax ? $"-{value.Syntax}" : $"-({value.Syntax})";
}
