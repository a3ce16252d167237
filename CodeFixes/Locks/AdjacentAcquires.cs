using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Flow;

namespace Tandem.CodeFixes.Locks;

/// <summary>Two acquires with nothing between them, so that they can change places: nested statements, or one behind the other.</summary>
/// <param name="Outer">The statement that takes the first lock.</param>
/// <param name="Inner">The statement that takes the second.</param>
internal sealed record AdjacentAcquires(StatementSyntax Outer, StatementSyntax Inner)
{
    public static AdjacentAcquires? Of(SyntaxNode outer, SyntaxNode inner)
    {
        if (StatementOf(outer) is not { } first || StatementOf(inner) is not { } second) return null;
        var areNested = second.Parent == first || (second.Parent is BlockSyntax { Statements.Count: 1 } block && block.Parent == first);
        var follow = first.Parent is BlockSyntax { Statements: var statements } && second.Parent == first.Parent && statements.IndexOf(second) == statements.IndexOf(first) + 1;
        return (areNested && HeadOf(first) is not null && HeadOf(second) is not null) || (follow && !HasBody(first) && !HasBody(second)) ? new AdjacentAcquires(first, second) : null;
    }

    public IEnumerable<TextChange> Swap()
    {
        var (outer, inner) = (HeadOf(Outer) ?? Outer.Span, HeadOf(Inner) ?? Inner.Span);
        var text = Outer.SyntaxTree.GetText();
        return [new TextChange(outer, text.ToString(inner)), new TextChange(inner, text.ToString(outer))];
    }

    /// <summary>The statement of which the acquire is all, but for its body.</summary>
    private static StatementSyntax? StatementOf(SyntaxNode acquire)
    {
        if (TakenLock.HeadOf(acquire) is { } statement) return statement;
        return acquire.FirstAncestorOrSelf<StatementSyntax>() switch
        {
            UsingStatementSyntax scope when !scope.Statement.Span.Contains(acquire.Span) && IsAll(scope.Expression ?? Value(scope.Declaration), acquire) => scope,
            LocalDeclarationStatementSyntax scope when IsAll(Value(scope.Declaration), acquire) => scope,
            ExpressionStatementSyntax call when IsAll(call.Expression, acquire) => call,
            _ => null,
        };
    }

    /// <summary>What changes places: <c>lock (x)</c>, <c>using (x.Acquire())</c>.</summary>
    private static TextSpan? HeadOf(StatementSyntax statement) => statement switch
    {
        LockStatementSyntax held => TextSpan.FromBounds(held.SpanStart, held.CloseParenToken.Span.End),
        UsingStatementSyntax scope => TextSpan.FromBounds(scope.SpanStart, scope.CloseParenToken.Span.End),
        _ => null,
    };

    private static bool HasBody(StatementSyntax statement) => HeadOf(statement) is not null;

    private static ExpressionSyntax? Value(VariableDeclarationSyntax? declaration) => declaration is { Variables: { Count: 1 } variables } ? variables[0].Initializer?.Value : null;

    private static bool IsAll(ExpressionSyntax? expression, SyntaxNode acquire) => expression is not null && LockedSection.Unwrapped(expression) == acquire;
}
