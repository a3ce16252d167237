using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.CodeFixes.Editing;

/// <summary>
/// Parts what a check decides into holds of one lock: what belongs together, and what comes only after long work. A flag that is set, worked
/// under and taken back (<c>if (_busy) return; _busy = true; try { … } finally { _busy = false; }</c>) is no longer a flag if the lock is held over the work.
/// </summary>
internal static class LockHolds
{
    /// <summary>The check with the act that closes its window, and each later act that stands apart from it; null where they can't be told apart.</summary>
    public static IReadOnlyList<IReadOnlyList<SyntaxNode>>? Of(SemanticModel model, SyntaxNode check, IReadOnlyList<SyntaxNode> acts)
    {
        List<SyntaxNode> first = [check];
        List<IReadOnlyList<SyntaxNode>> holds = [first];
        foreach (var act in acts.OrderBy(static act => act.SpanStart))
        {
            if (first.Count == 1 || !IsApart(model, first, act)) first.Add(act);
            else holds.Add([act]);
        }

        return first.Skip(1).Any(act => TakesBack(act, check)) ? null : holds;
    }

    /// <summary>The same for uses in several functions, each of which takes the lock for itself.</summary>
    public static IReadOnlyList<IReadOnlyList<SyntaxNode>>? OfFunctions(SemanticModel model, IEnumerable<SyntaxNode> uses)
    {
        var holds = new List<IReadOnlyList<SyntaxNode>>();
        foreach (var function in uses.GroupBy(FunctionOf))
        {
            var ordered = function.OrderBy(static node => node.SpanStart).ToList();
            if (Of(model, ordered[0], [.. ordered.Skip(1)]) is not { } own) return null;
            holds.AddRange(own);
        }

        return holds;
    }

    private static SyntaxNode? FunctionOf(SyntaxNode use) =>
        use.Ancestors().FirstOrDefault(static node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax);

    /// <summary>Whether long work lies between what is in the hold and the act.</summary>
    private static bool IsApart(SemanticModel model, IReadOnlyList<SyntaxNode> hold, SyntaxNode act)
    {
        if (LockRange.Around(model, hold) is not { } before || LockRange.Around(model, [.. hold, act]) is not { } whole) return false;
        return whole.Statements.Except(before.Statements).Any(statement => IsLong(statement) || new LockHazards(model, "").In(statement));
    }

    private static bool IsLong(StatementSyntax statement) => LockRange.Suspends(statement)
        || statement.DescendantNodesAndSelf().Any(static node => node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax or TryStatementSyntax or LockStatementSyntax or UsingStatementSyntax);

    /// <summary>Whether the act undoes, when work has ended or failed, what another act did before the work.</summary>
    private static bool TakesBack(SyntaxNode act, SyntaxNode check) =>
        act.Ancestors().Any(node => node is FinallyClauseSyntax or CatchClauseSyntax && !node.Span.Contains(check.Span) && !node.Parent!.Span.Contains(check.Span));
}
