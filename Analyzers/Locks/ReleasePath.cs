using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>
/// Whether the way from one place of a function to a release is open: no condition on it that may say, in words which the flow analysis
/// does not understand, whether the lock is held.
/// </summary>
internal static class ReleasePath
{
    /// <param name="from">The place.</param>
    /// <param name="release">The release.</param>
    /// <param name="known">The names of the lock, which may be tested for null, and of the flags that its acquires set: what the analysis follows.</param>
    /// <param name="isCancelled">Whether the way begins with a wait that is cancelled.</param>
    public static bool IsOpen(SyntaxNode from, SyntaxNode release, ISet<string> known, bool isCancelled = false)
    {
        var (child, node) = (release, release.Parent);
        for (; node is not null && !node.Span.Contains(from.Span); (child, node) = (node, node.Parent))
            if (IsCondition(node, child, known, isCancelled)) return false;

        // A catch block of the try that both are in is found here.
        if (node is null || (child is CatchClauseSyntax handler && IsSelective(handler, isCancelled)) || node is SwitchStatementSyntax) return false;
        return !Jumps(node).Any(jump => jump.SpanStart >= from.Span.End && jump.Span.End <= release.SpanStart && !IsOnTheWay(jump, from, release, known));
    }

    /// <summary>Whether <paramref name="release"/> is in a finally or catch block of the try whose block has <paramref name="other"/> in it, or behind that try.</summary>
    public static TryStatementSyntax? TryBetween(SyntaxNode other, SyntaxNode release) =>
        other.Ancestors().OfType<TryStatementSyntax>().FirstOrDefault(statement => statement.Block.Span.Contains(other.Span) && release.SpanStart >= statement.Block.Span.End);

    /// <summary>
    /// Whether a condition lets the program pass by <paramref name="acquire"/> on its way to <paramref name="release"/>: an <c>if</c> that does
    /// not ask the lock itself, or a jump to the finally.
    /// </summary>
    public static bool MayPassBy(SyntaxNode acquire, SyntaxNode release, string theLock)
    {
        var conditions = acquire.Ancestors().TakeWhile(ancestor => !ancestor.Span.Contains(release.Span)).OfType<IfStatementSyntax>().ToList();
        return conditions.Count > 0
            ? !conditions.Any(branch => branch.Condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == theLock))
            : TryBetween(acquire, release) is { } statement && Jumps(statement.Block).Any(jump => jump.Span.End <= acquire.SpanStart);
    }

    /// <summary>The bare flags that decide whether <paramref name="acquire"/> is made: <c>if (locks) _mutex.WaitOne(10);</c>.</summary>
    public static IEnumerable<string> FlagsAround(SyntaxNode acquire) =>
        acquire.Ancestors().TakeWhile(static ancestor => !FunctionGraphs.IsFunction(ancestor)).OfType<IfStatementSyntax>()
            .Where(branch => branch.Statement.Span.Contains(acquire.Span)).Select(static branch => branch.Condition).OfType<IdentifierNameSyntax>().Select(static flag => flag.Identifier.ValueText);

    /// <summary>Whether <paramref name="node"/> is in a loop that <paramref name="other"/> is not in, so that it may run more often.</summary>
    public static bool IsInOtherLoop(SyntaxNode node, SyntaxNode other) =>
        node.Ancestors().TakeWhile(static ancestor => !FunctionGraphs.IsFunction(ancestor)).Any(ancestor => IsLoop(ancestor) && !ancestor.Span.Contains(other.Span));

    private static bool IsCondition(SyntaxNode node, SyntaxNode child, ISet<string> known, bool isCancelled) => node switch
    {
        IfStatementSyntax branch => child != branch.Condition && !IsFollowed(branch.Condition, known),
        CatchClauseSyntax handler => IsSelective(handler, isCancelled),
        BinaryExpressionSyntax binary => binary.IsKind(SyntaxKind.LogicalAndExpression) || binary.IsKind(SyntaxKind.LogicalOrExpression) || binary.IsKind(SyntaxKind.CoalesceExpression),
        ConditionalExpressionSyntax or SwitchStatementSyntax or SwitchExpressionSyntax => true,
        _ => IsLoop(node) || FunctionGraphs.IsFunction(node),
    };

    /// <summary>Whether a condition speaks of nothing but the lock's being null and its flags.</summary>
    private static bool IsFollowed(ExpressionSyntax condition, ISet<string> known) =>
        !condition.DescendantNodesAndSelf().Any(static node => node is InvocationExpressionSyntax or AssignmentExpressionSyntax)
        && condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().ToList() is { Count: > 0 } names
        && names.All(name => known.Contains(name.Identifier.ValueText) || name.Parent is MemberAccessExpressionSyntax member && member.Expression == name);

    /// <summary>Whether a catch block is for some exceptions only: which of them come from where, nothing tells. A cancelled wait is told by its own.</summary>
    private static bool IsSelective(CatchClauseSyntax handler, bool isCancelled) =>
        handler.Filter is not null
        || (handler.Declaration?.Type.ToString().Split('.').Last() is { } type && type != "Exception" && !(isCancelled && type is "OperationCanceledException" or "TaskCanceledException"));

    private static IEnumerable<StatementSyntax> Jumps(SyntaxNode node) =>
        node.DescendantNodes(static inner => !FunctionGraphs.IsFunction(inner)).OfType<StatementSyntax>()
            .Where(static statement => statement is ReturnStatementSyntax or ThrowStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax or GotoStatementSyntax);

    /// <summary>Whether <paramref name="jump"/> is no way around the release: the finally runs all the same, or the jump is made right behind the start.</summary>
    private static bool IsOnTheWay(StatementSyntax jump, SyntaxNode from, SyntaxNode release, ISet<string> known)
    {
        if (from.FirstAncestorOrSelf<StatementSyntax>() is { Parent: { } list } && jump.Parent == list) return true;
        foreach (var ancestor in jump.Ancestors())
        {
            // Which way a condition on the acquire's own result goes, the flow analysis knows.
            if (ancestor is IfStatementSyntax branch && (branch.Condition.Span.Contains(from.Span) || IsFollowed(branch.Condition, known))) return true;
            if (ancestor is TryStatementSyntax statement && statement.Block.Span.Contains(jump.Span) && statement.Span.Contains(release.Span) && !statement.Block.Span.Contains(release.Span)) return true;
        }

        return false;
    }

    private static bool IsLoop(SyntaxNode node) => node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax;
}
