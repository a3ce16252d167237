using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>What the code does after a wait: tests the condition again, goes back to do so, or relies on it.</summary>
internal static class AfterWait
{
    private enum Next { GoesOn, TestsAgain, Uses, Leaves }

    /// <summary>Whether the code after <paramref name="wait"/> relies on what <paramref name="test"/> found before it.</summary>
    public static bool ReliesOn(WaitTest test, InvocationExpressionSyntax wait, SemanticModel model)
    {
        if (IsTestedWith(wait, test)) return false;

        var isOver = IsTimedAndIgnored(wait);
        var isExpected = test.IsOwn && (!test.IsGuard || IsWhatIsPulsed(test, wait));
        var works = false;
        var own = wait.FirstAncestorOrSelf<StatementSyntax>();
        if (own is IfStatementSyntax { Condition: var result } outcome && result.Span.Contains(wait.Span) && !test.Condition.Span.OverlapsWith(result.Span) && NextAt(outcome.Statement, test, model) is var next and (Next.Uses or Next.TestsAgain)) return next == Next.Uses;
        for (var node = own ?? (SyntaxNode)wait; node.Parent is { } parent; node = parent)
        {
            foreach (var statement in Following(node, parent))
            {
                switch (NextAt(statement, test, model))
                {
                    case Next.TestsAgain: return false;
                    // A result that may be null says by itself that there is none.
                    case Next.Uses when isOver && IsResult(statement, test): return false;
                    // Who ignores a time-out expects to go on without the condition, and may well set it.
                    case Next.Uses: return !(isOver || test.IsGuard) || !IsOnlySet(statement, test);
                    case Next.Leaves: return isExpected && !isOver;
                }

                works = true;
            }

            switch (parent)
            {
                // Back to a loop that tests, or does nothing else before it comes here again.
                case WhileStatementSyntax or DoStatementSyntax: return false;
                // The next turn is about something else, and what follows the wait was done for this one.
                case ForStatementSyntax { Incrementors.Count: > 0 } or CommonForEachStatementSyntax: return works && !isOver;
                case ForStatementSyntax: return false;
            }

            if (FunctionGraphs.IsFunction(parent)) break;
        }

        // The caller goes on as if the condition held.
        return isExpected && !isOver && !IsInALoopOfItsCaller(wait);
    }

    private static IEnumerable<StatementSyntax> Following(SyntaxNode node, SyntaxNode parent) => parent switch
    {
        BlockSyntax block => block.Statements.SkipWhile(statement => statement != node).Skip(1),
        SwitchSectionSyntax section => section.Statements.SkipWhile(statement => statement != node).Skip(1),
        _ => [],
    };

    private static Next NextAt(StatementSyntax statement, WaitTest test, SemanticModel model)
    {
        if (statement is ContinueStatementSyntax or GotoStatementSyntax or BreakStatementSyntax) return Next.TestsAgain;
        var mention = statement.DescendantNodes(node => node == statement || !FunctionGraphs.IsFunction(node)).FirstOrDefault(test.IsMention);
        if (mention is not null) return IsTest(mention, statement, model) ? Next.TestsAgain : Next.Uses;
        if (statement is ReturnStatementSyntax or ThrowStatementSyntax) return Next.Leaves;

        // A branch that leaves is one way; the other goes on.
        return Next.GoesOn;
    }

    /// <summary>Whether the value only decides what comes next.</summary>
    private static bool IsTest(SyntaxNode mention, StatementSyntax statement, SemanticModel model)
    {
        if (IsTarget(mention)) return false;
        for (var (node, parent) = (mention, mention.Parent); parent is not null && node != statement; (node, parent) = (parent, parent.Parent))
        {
            switch (parent)
            {
                case IfStatementSyntax test when test.Condition == node:
                case WhileStatementSyntax loop when loop.Condition == node:
                case DoStatementSyntax again when again.Condition == node:
                case ForStatementSyntax each when each.Condition == node:
                case SwitchStatementSyntax choice when choice.Expression == node:
                case SwitchExpressionSyntax select when select.GoverningExpression == node:
                case ConditionalExpressionSyntax conditional when conditional.Condition == node:
                case ConditionalAccessExpressionSyntax access when access.Expression == node:
                case BinaryExpressionSyntax { RawKind: not ((int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression or (int)SyntaxKind.MultiplyExpression or (int)SyntaxKind.DivideExpression or (int)SyntaxKind.AsExpression) }:
                case IsPatternExpressionSyntax:
                case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression }:
                case InvocationExpressionSyntax call when IsAsking(call):
                    return true;
            }
        }

        // A bool that is read is tested, here or by who gets it.
        return mention is IdentifierNameSyntax name && model.GetTypeInfo(name).Type?.SpecialType == SpecialType.System_Boolean;
    }

    /// <summary><c>queue.TryDequeue(out …)</c>, <c>items.Any()</c>, an assertion.</summary>
    private static bool IsAsking(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } && (name.StartsWith("Try", StringComparison.Ordinal) || name is "Any" or "Contains" or "ContainsKey" or "Assert" or "FirstOrDefault" or "IsNullOrEmpty");

    private static bool IsTarget(SyntaxNode mention)
    {
        var target = mention.Parent is MemberAccessExpressionSyntax access && access.Name == mention ? access : mention;
        return target.Parent is AssignmentExpressionSyntax assignment && assignment.Left == target;
    }

    private static bool IsOnlySet(StatementSyntax statement, WaitTest test) =>
        statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment } && !assignment.Right.DescendantNodesAndSelf().Any(test.IsMention);

    /// <summary><c>if (_answer == null) Monitor.Wait(_gate, limit); return _answer;</c></summary>
    private static bool IsResult(StatementSyntax statement, WaitTest test) =>
        statement is ReturnStatementSyntax { Expression: IdentifierNameSyntax result } && test.IsMention(result)
        && test.Condition is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression, Right.RawKind: (int)SyntaxKind.NullLiteralExpression } or IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax { Expression.RawKind: (int)SyntaxKind.NullLiteralExpression } };

    /// <summary>Whether all code of the type that pulses has to do with the state: <c>if (_closed) return;</c> is no test of what a pulse for a new item tells.</summary>
    private static bool IsWhatIsPulsed(WaitTest test, SyntaxNode wait)
    {
        if (wait.Ancestors().OfType<TypeDeclarationSyntax>().LastOrDefault() is not { } type) return false;
        var pulsers = type.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(static call => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Pulse" or "PulseAll" } or IdentifierNameSyntax { Identifier.ValueText: "Pulse" or "PulseAll" })
            .Select(FunctionGraphs.FunctionAround).Distinct().ToList();
        return pulsers.Count > 0 && pulsers.TrueForAll(pulser => pulser is not null && pulser.DescendantNodes().Any(test.IsMention));
    }

    /// <summary><c>Monitor.Wait(_gate, 100) &amp;&amp; _count > 0</c>: the rest of the expression tests again.</summary>
    private static bool IsTestedWith(InvocationExpressionSyntax wait, WaitTest test)
    {
        for (SyntaxNode node = wait; node.Parent is ExpressionSyntax parent; node = parent)
        {
            if (parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression } both && both.Left == node && both.Right.DescendantNodesAndSelf().Any(test.IsMention)) return true;
        }

        return false;
    }

    private static bool IsTimedAndIgnored(InvocationExpressionSyntax wait) => wait is { Parent: ExpressionStatementSyntax, ArgumentList.Arguments.Count: > 1 };

    /// <summary><c>while (!_ready) WaitABit();</c></summary>
    private static bool IsInALoopOfItsCaller(SyntaxNode wait) =>
        wait.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method && method.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type
        && type.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => call.Expression is IdentifierNameSyntax name && name.Identifier.ValueText == method.Identifier.ValueText).ToList() is { Count: > 0 } calls
        && calls.TrueForAll(static call => call.Ancestors().TakeWhile(static node => !FunctionGraphs.IsFunction(node)).Any(static node => node is WhileStatementSyntax or DoStatementSyntax));
}
