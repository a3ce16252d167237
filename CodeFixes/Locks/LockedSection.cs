using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.CodeFixes.Locks;

/// <summary>The statements between an acquire and its last release, all in one block.</summary>
/// <param name="Acquire">The statement that acquires, before the section; null where the section is the body of <c>if (x.TryEnter())</c>.</param>
/// <param name="Flag">The local that tells whether the lock was taken, if the section runs without it too.</param>
/// <param name="Statements">The section, with the releases in it.</param>
/// <param name="Releases">The statements that release, each at the end of a path through the section.</param>
internal sealed record LockedSection(StatementSyntax? Acquire, string? Flag, IReadOnlyList<StatementSyntax> Statements, IReadOnlyList<StatementSyntax> Releases)
{
    /// <summary>The release that stands in the section's own block, at its end or before its return.</summary>
    public StatementSyntax? LastRelease => Releases.FirstOrDefault(Statements.Contains);

    /// <summary>The section that <paramref name="acquire"/> opens, or null where there is none that a block can stand for.</summary>
    public static LockedSection? Of(ExpressionSyntax acquire, IReadOnlyList<InvocationExpressionSyntax> calls)
    {
        if (acquire.FirstAncestorOrSelf<StatementSyntax>() is not { } statement) return null;

        var taken = Condition(acquire);
        var (block, before, flag) = statement switch
        {
            // if (x.TryEnter()) { section }
            IfStatementSyntax { Statement: BlockSyntax inner } branch when branch.Condition == taken => (inner, (StatementSyntax?)null, (string?)null),
            // if (!x.TryEnter()) return; section
            IfStatementSyntax { Else: null, Parent: BlockSyntax outer } guard when IsNot(guard.Condition, taken) && Leaves(guard.Statement) => (outer, guard, null),
            // x.Enter(); section
            ExpressionStatementSyntax { Parent: BlockSyntax outer } simple when Unwrapped(simple.Expression) == acquire => (outer, simple, null),
            // var taken = x.TryEnter(); if (taken) … or if (!taken) return; section
            LocalDeclarationStatementSyntax { Parent: BlockSyntax outer, Declaration.Variables: { Count: 1 } variables } local when variables[0].Initializer?.Value == taken => AfterFlag(outer, local, variables[0].Identifier.ValueText),
            _ => (null, null, null),
        };
        if (block is null) return null;

        var start = before is null ? 0 : block.Statements.IndexOf(before) + 1;
        var releases = calls.Select(Release).ToList();
        if (releases.Any(release => release is null || !block.Span.Contains(release.Span) || release.SpanStart < (before?.Span.End ?? 0))) return null;

        var end = releases.Count == 0 ? block.Statements.Count - 1 : releases.Max(release => block.Statements.IndexOf(statement => statement.Span.Contains(release!.Span)));
        var section = block.Statements.Skip(start).Take(end - start + 1).ToList();

        // `using var file = …;` would be disposed where the new block ends.
        if (section.Any(static statement => statement is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 })) return null;
        return section.Count > 0 && releases.All(release => EndsItsPath(release!, block, section[section.Count - 1]))
            ? new LockedSection(before, flag, section, releases!)
            : null;
    }

    private static (BlockSyntax? Block, StatementSyntax? Before, string? Flag) AfterFlag(BlockSyntax block, StatementSyntax local, string flag)
    {
        var next = block.Statements.ElementAtOrDefault(block.Statements.IndexOf(local) + 1);
        return next switch
        {
            IfStatementSyntax { Else: null } guard when guard.Condition is PrefixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name } && name.Identifier.ValueText == flag && Leaves(guard.Statement) => (block, guard, null),
            IfStatementSyntax { Statement: BlockSyntax inner, Else: null, Condition: IdentifierNameSyntax name } when name.Identifier.ValueText == flag => (inner, null, null),
            _ => (block, local, flag),
        };
    }

    /// <summary>The statement that goes when the release moves: the call's own, or an <c>if</c> that guards nothing else.</summary>
    public static StatementSyntax? Release(InvocationExpressionSyntax call)
    {
        var whole = call.Parent is ConditionalAccessExpressionSyntax conditional ? (ExpressionSyntax)conditional : call;
        if (whole.Parent is AwaitExpressionSyntax awaited) whole = awaited;
        if (whole.Parent is not ExpressionStatementSyntax statement) return null;
        return statement.Parent switch
        {
            IfStatementSyntax { Else: null, Condition: IdentifierNameSyntax or MemberAccessExpressionSyntax or BinaryExpressionSyntax or IsPatternExpressionSyntax } guard => guard,
            // With it would go what a comment in it says.
            BlockSyntax { Statements.Count: 1, Parent: IfStatementSyntax { Else: null, Condition: IdentifierNameSyntax or MemberAccessExpressionSyntax or BinaryExpressionSyntax or IsPatternExpressionSyntax } guard } block => HasComment(block) ? null : guard,
            BlockSyntax or SwitchSectionSyntax => statement,
            _ => null,
        };
    }

    private static bool HasComment(BlockSyntax block) =>
        block.DescendantTrivia().Any(trivia => block.Span.Contains(trivia.Span) && !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia));

    /// <summary>Whether nothing that matters runs between <paramref name="release"/> and the end of the section, so that it can move there.</summary>
    private static bool EndsItsPath(StatementSyntax release, BlockSyntax section, StatementSyntax last)
    {
        for (SyntaxNode node = release; ; node = node.Parent!)
        {
            if (node is StatementSyntax statement && node.Parent is BlockSyntax or SwitchSectionSyntax)
            {
                if (node.Parent == section) return node == last;
                var siblings = node.Parent is BlockSyntax block ? block.Statements : ((SwitchSectionSyntax)node.Parent).Statements;
                if (siblings.ElementAtOrDefault(siblings.IndexOf(statement) + 1) is { } next) return LeavesSection(next, section);
            }
            else if (node.Parent is not (IfStatementSyntax or ElseClauseSyntax or TryStatementSyntax or FinallyClauseSyntax or CatchClauseSyntax or UsingStatementSyntax or LockStatementSyntax))
            {
                return false;
            }
        }
    }

    private static bool LeavesSection(StatementSyntax next, BlockSyntax section) => next switch
    {
        ReturnStatementSyntax { Expression: var value } => value is null || !Runs(value),
        ThrowStatementSyntax => true,
        BreakStatementSyntax => !IsInside(next, section, static node => node is SwitchStatementSyntax || IsLoop(node)),
        ContinueStatementSyntax => !IsInside(next, section, IsLoop),
        _ => false,
    };

    /// <summary>Whether <paramref name="value"/> takes time to compute, which would be time under the lock.</summary>
    public static bool Runs(ExpressionSyntax value) => value.DescendantNodesAndSelf().Any(static node => node is InvocationExpressionSyntax or AwaitExpressionSyntax);

    private static bool IsInside(SyntaxNode node, SyntaxNode end, System.Func<SyntaxNode, bool> kind) => node.Ancestors().TakeWhile(ancestor => ancestor != end).Any(kind);

    private static bool IsLoop(SyntaxNode node) => node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax;

    private static bool Leaves(StatementSyntax statement) => statement switch
    {
        BlockSyntax { Statements: { Count: > 0 } statements } => Leaves(statements.Last()),
        ReturnStatementSyntax or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax => true,
        _ => false,
    };

    /// <summary>The whole of the awaited, configured acquire.</summary>
    private static ExpressionSyntax Condition(ExpressionSyntax acquire)
    {
        var whole = acquire;
        while (whole.Parent is ParenthesizedExpressionSyntax or AwaitExpressionSyntax
            || (whole.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } && whole.Parent.Parent is InvocationExpressionSyntax))
            whole = whole.Parent is MemberAccessExpressionSyntax ? (ExpressionSyntax)whole.Parent.Parent! : (ExpressionSyntax)whole.Parent;
        return whole;
    }

    private static bool IsNot(ExpressionSyntax condition, ExpressionSyntax operand) =>
        condition is PrefixUnaryExpressionSyntax not && not.IsKind(SyntaxKind.LogicalNotExpression) && not.Operand.Span.Contains(operand.Span) && Unwrapped(not.Operand) == Unwrapped(operand);

    public static ExpressionSyntax Unwrapped(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax parenthesized => Unwrapped(parenthesized.Expression),
        AwaitExpressionSyntax awaited => Unwrapped(awaited.Expression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } member } => Unwrapped(member.Expression),
        _ => expression,
    };
}
