using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>A reference that is set where it was null is set by <c>LazyInitializer</c>, so that all threads go on with one object; or by <c>CompareExchange</c>, where the object is made already.</summary>
internal static class OnceInitialized
{
    public static TextFix? Of(CollectionSteps steps, IOperation act)
    {
        var (target, value) = act switch
        {
            ICoalesceAssignmentOperation assignment => (assignment.Target, assignment.Value),
            ISimpleAssignmentOperation { Value: ICoalesceOperation coalesce } assignment => (assignment.Target, coalesce.WhenNull),
            ISimpleAssignmentOperation assignment when LazyInitializationCodeFix.IsNullTest(steps.Check) => (assignment.Target, assignment.Value),
            _ => (null, null),
        };
        if (target is not IFieldReferenceOperation { Field.IsReadOnly: false, Type.IsReferenceType: true } || value.Unconverted() is not { } made) return null;

        var replaced = Replaced(steps, act);
        if (replaced.DescendantTrivia().Any(trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia) && replaced.Span.Contains(trivia.Span) && !made.Syntax.Span.Contains(trivia.Span))) return null;
        var end = replaced is StatementSyntax ? ";" : "";

        if (made is ILocalReferenceOperation { Local.RefKind: RefKind.None } or IParameterReferenceOperation { Parameter.RefKind: RefKind.None })
        {
            if (act.Consumer() is not IExpressionStatementOperation || !SymbolEqualityComparer.Default.Equals(made.Type, target.Type) || Name(steps.Model, "System.Threading.Interlocked", replaced.SpanStart) is not { } interlocked) return null;
            return new TextFix("Use Interlocked.CompareExchange", "InitializeOnce", [new TextChange(replaced.Span, $"{made.Syntax} = {interlocked}.CompareExchange(ref {target.Syntax}, {made.Syntax}, null) ?? {made.Syntax}{end}")]);
        }

        return Name(steps.Model, "System.Threading.LazyInitializer", replaced.SpanStart) is { } lazy
            ? new TextFix("Use LazyInitializer", "InitializeOnce", [new TextChange(replaced.Span, $"{lazy}.EnsureInitialized(ref {target.Syntax}, () => {made.Syntax}){end}")])
            : null;
    }

    /// <summary>The whole <c>if</c> that does nothing else, <c>_x ?? (_x = …)</c>, or the assignment.</summary>
    private static SyntaxNode Replaced(CollectionSteps steps, IOperation act)
    {
        if (steps.Check.Outermost().Parent is ICoalesceOperation coalesce && coalesce.WhenNull.Contains(act)) return coalesce.Syntax;
        return act.Syntax.Parent is ExpressionStatementSyntax statement && (statement.Parent is BlockSyntax { Statements.Count: 1 } block ? block.Parent : statement.Parent) is IfStatementSyntax { Else: null } branch && branch.Condition.Span == (steps.Check.Outermost().Parent?.Syntax.Span)
            ? branch
            : act.Syntax;
    }

    private static string? Name(SemanticModel model, string type, int position) => model.Compilation.GetTypeByMetadataName(type)?.ToMinimalDisplayString(model, position);
}
