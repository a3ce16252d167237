using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>Where a path leaves a function with a lock held, and how to say so.</summary>
internal static class LeakEvidence
{
    public static (Location Where, string How) Of(LockLeak leak, IReadOnlyList<IOperation> releases, SyntaxNode function) => leak.Kind switch
    {
        LeakKind.Exception when leak.Where is { } cause => Thrown(cause),
        LeakKind.Reassignment when leak.Where is { } target => At(target.Syntax.GetLocation(), $"before '{target.Syntax}' changes"),
        _ => NextTurn(leak, releases, function) ?? Left(leak.Where?.Syntax ?? leak.Held.Acquire.Syntax, function),
    };

    /// <summary>How the body of a loop that acquires is left with the lock held, where that is not by leaving the function.</summary>
    private static (Location, string)? NextTurn(LockLeak leak, IReadOnlyList<IOperation> releases, SyntaxNode function)
    {
        var acquire = leak.Held.Acquire.Syntax;
        if (BodyOfLoop(acquire, function) is not { } body || leak.Where is not { } last) return null;

        // The last thing done in the loop gives the lock back: the hold is one of the turns before.
        if (body.Span.Contains(last.Syntax.Span) && !releases.Any(release => release.Syntax.Span.OverlapsWith(last.Syntax.Span))) return null;

        var jump = body.DescendantNodes(node => node == body || !FunctionGraphs.IsFunction(node)).OfType<StatementSyntax>()
            .FirstOrDefault(node => node is ContinueStatementSyntax or BreakStatementSyntax && node.SpanStart > acquire.Span.End && BodyOfJump(node, function) == body && !FollowsRelease(node, releases));
        return jump switch
        {
            ContinueStatementSyntax => At(jump.GetLocation(), "by the continue"),
            BreakStatementSyntax => At(jump.GetLocation(), "by the break"),
            _ => At(acquire.GetLocation(), "before the loop takes it again"),
        };
    }

    private static StatementSyntax? BodyOfLoop(SyntaxNode node, SyntaxNode function) =>
        node.Ancestors().TakeWhile(ancestor => ancestor != function).OfType<StatementSyntax>().FirstOrDefault(IsBodyOfLoop);

    /// <summary>The body of the loop that a <c>break</c> or <c>continue</c> is about; null where it is a switch.</summary>
    private static StatementSyntax? BodyOfJump(StatementSyntax jump, SyntaxNode function) =>
        jump is BreakStatementSyntax && jump.Ancestors().TakeWhile(static ancestor => !(ancestor is StatementSyntax statement && IsBodyOfLoop(statement))).OfType<SwitchStatementSyntax>().Any() ? null
        : IsBodyOfLoop(jump) ? jump : BodyOfLoop(jump, function);

    private static bool IsBodyOfLoop(StatementSyntax statement) => statement.Parent is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax;

    private static bool FollowsRelease(StatementSyntax jump, IReadOnlyList<IOperation> releases) =>
        jump.Parent is BlockSyntax block && block.Statements.IndexOf(jump) is > 0 and var index && releases.Any(release => block.Statements[index - 1].Span.Contains(release.Syntax.Span));

    private static (Location, string) Thrown(IOperation cause) => cause.Syntax.Parent is ThrowStatementSyntax or ThrowExpressionSyntax
        ? At(cause.Syntax.Parent.GetLocation(), "by the throw")
        : At(cause.Syntax.GetLocation(), "when " + What(cause), " throws");

    private static string What(IOperation cause) => cause switch
    {
        IInvocationOperation { TargetMethod: { MethodKind: MethodKind.DelegateInvoke } } call => $"'{Short(call.Instance?.Syntax)}'",
        IInvocationOperation { IsImplicit: true } => "the enumeration",
        IInvocationOperation call => $"'{call.TargetMethod.Name}'",
        IAwaitOperation { Operation: var awaited } => What(awaited),
        IObjectCreationOperation { Type: { } type } => $"'new {type.Name}'",
        ISimpleAssignmentOperation { Target: IMemberReferenceOperation target } => What(target),
        IMemberReferenceOperation { Member: IPropertySymbol { IsIndexer: false } property } => $"'{property.Name}'",
        IReturnOperation => "'yield return' is abandoned or",
        _ => $"'{Short(cause.Syntax)}'",
    };

    /// <summary>The return, or the end of the function, that comes after <paramref name="last"/>.</summary>
    public static (Location Where, string How) Left(SyntaxNode last, SyntaxNode function)
    {
        var statement = last.FirstAncestorOrSelf<StatementSyntax>();
        var next = statement is ReturnStatementSyntax ? statement : NextReturn(last, function);
        if (next is not null) return At(next.GetLocation(), "by the return");

        var end = function.ChildNodes().OfType<BlockSyntax>().FirstOrDefault()?.CloseBraceToken.GetLocation() ?? function.GetLocation();
        return At(end, "at the end", line: end.GetMappedLineSpan().EndLinePosition.Line);
    }

    /// <summary>The first <c>return</c> behind the condition (or statement) that was evaluated last, if no other statement stands between.</summary>
    private static StatementSyntax? NextReturn(SyntaxNode last, SyntaxNode function)
    {
        var returns = function.DescendantNodes(node => node == function || !FunctionGraphs.IsFunction(node)).OfType<ReturnStatementSyntax>();
        return returns.FirstOrDefault(candidate => candidate.Expression is null && candidate.SpanStart >= last.Span.End && IsReachedFrom(last, candidate));
    }

    private static bool IsReachedFrom(SyntaxNode last, StatementSyntax candidate)
    {
        // `if (closed) return;`: the condition is evaluated last.
        var arm = candidate.Parent is BlockSyntax { Statements: var statements } && statements[0] == candidate ? candidate.Parent : candidate;
        if (arm.Parent is IfStatementSyntax branch) return branch.Condition.Span.Contains(last.Span);
        if (arm.Parent is ElseClauseSyntax { Parent: IfStatementSyntax other }) return other.Condition.Span.Contains(last.Span);

        // Otherwise it follows the statement before it.
        return candidate.Parent is BlockSyntax block
            && block.Statements.IndexOf(candidate) is > 0 and var index
            && block.Statements[index - 1].Span.Contains(last.Span);
    }

    private static (Location, string) At(Location where, string how, string then = "", int? line = null) =>
        (where, $"{how} on line {(line ?? where.GetMappedLineSpan().StartLinePosition.Line) + 1}{then}");

    private static string Short(SyntaxNode? syntax)
    {
        var text = syntax?.ToString() ?? "it";
        return text.Length <= 40 && text.IndexOf('\n') < 0 ? text : text.Substring(0, Math.Min(37, text.Length)).Split('\n')[0].TrimEnd() + "...";
    }
}
