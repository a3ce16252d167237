using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>A hold of a lock that its holder has already: the acquire, what it is released by, and how to do without them.</summary>
internal static class InnerHold
{
    /// <summary>The changes that drop the acquire and its releases; null where they are not statements of their own.</summary>
    public static IEnumerable<TextChange>? Drop(SourceText text, SemanticModel model, SyntaxNode acquire, IReadOnlyList<SyntaxNode> releases, CancellationToken cancellationToken)
    {
        if (acquire.FirstAncestorOrSelf<StatementSyntax>() is not { } statement) return null;
        return statement switch
        {
            UsingStatementSyntax { Statement: var body } scope when !body.Span.Contains(acquire.Span) && IsWhole(scope.Expression ?? Value(scope.Declaration), acquire) => Unwrap.Statement(text, scope, body),
            LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0, Parent: BlockSyntax } scope when IsWhole(Value(scope.Declaration), acquire) => [WrapStatements.Remove(text, scope)],
            LocalDeclarationStatementSyntax { Parent: BlockSyntax } scope when IsWhole(Value(scope.Declaration), acquire) => Calls(text, model, scope, releases, cancellationToken),
            ExpressionStatementSyntax { Parent: BlockSyntax } call when IsWhole(call.Expression, acquire) => Calls(text, model, call, releases, cancellationToken),
            _ => null,
        };
    }

    private static List<TextChange>? Calls(SourceText text, SemanticModel model, StatementSyntax acquire, IReadOnlyList<SyntaxNode> releases, CancellationToken cancellationToken)
    {
        var gone = new List<StatementSyntax> { acquire };
        foreach (var release in releases)
        {
            if (StatementOf(release) is not { } statement) return null;
            gone.Add(statement);
        }

        // `bool taken = false;` serves nothing any more.
        if (Flag(acquire, model, cancellationToken) is { } flag)
        {
            if (flag.Parent?.Parent is not LocalDeclarationStatementSyntax { Declaration.Variables.Count: 1, Parent: BlockSyntax block } declaration) return null;
            if (block.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == flag.Identifier.ValueText && !gone.Any(statement => statement.Span.Contains(name.Span)))) return null;
            gone.Add(declaration);
        }

        var changes = new List<TextChange>();
        foreach (var statement in gone)
        {
            // A finally block that would do nothing goes with its try.
            if (statement.Parent is BlockSyntax { Statements: var rest, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax { Catches.Count: 0 } whole } } && rest.All(gone.Contains))
            {
                if (rest[0] != statement) continue;
                if (Unwrap.Statement(text, whole, whole.Block) is not { } unwrapped) return null;
                changes.AddRange(unwrapped);
            }
            else
            {
                changes.Add(WrapStatements.Remove(text, statement));
            }
        }

        return Merged(text, changes);
    }

    /// <summary>What goes twice (the acquire, and the head of the try that it comes first in) goes once; null where something is to stand in its place.</summary>
    private static List<TextChange>? Merged(SourceText text, List<TextChange> changes)
    {
        var merged = new List<TextChange>();
        foreach (var change in changes.OrderBy(static change => change.Span))
        {
            if (merged.Count == 0 || change.Span.Start >= merged[merged.Count - 1].Span.End)
            {
                merged.Add(change);
                continue;
            }

            var last = merged[merged.Count - 1];
            if (change.NewText?.Length > 0 || last.NewText?.Length > 0) return null;
            var end = Math.Max(last.Span.End, change.Span.End);
            while (end < text.Length && text[end] == ' ') end++;
            merged[merged.Count - 1] = new TextChange(TextSpan.FromBounds(last.Span.Start, end), "");
        }

        return merged;
    }

    /// <summary>The statement that goes with a release: the call's own, or the <c>if (taken)</c> before it.</summary>
    private static StatementSyntax? StatementOf(SyntaxNode release)
    {
        if (release.Parent is ConditionalAccessExpressionSyntax conditional) release = conditional;
        if (release.Parent is not ExpressionStatementSyntax statement) return null;
        var inner = statement.Parent is BlockSyntax { Statements.Count: 1, Parent: IfStatementSyntax } block ? block : (StatementSyntax)statement;
        if (inner.Parent is IfStatementSyntax { Else: null, Condition: IdentifierNameSyntax, Parent: BlockSyntax } guard) return guard;
        return statement.Parent is BlockSyntax ? statement : null;
    }

    /// <summary>The local that <c>Enter(ref taken)</c> sets.</summary>
    private static VariableDeclaratorSyntax? Flag(StatementSyntax acquire, SemanticModel model, CancellationToken cancellationToken) =>
        acquire.DescendantNodes().OfType<ArgumentSyntax>().FirstOrDefault(static argument => argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword)) is { Expression: IdentifierNameSyntax name }
        && model.GetSymbolInfo(name, cancellationToken).Symbol is ILocalSymbol local ? local.DeclaringSyntaxReferences[0].GetSyntax(cancellationToken) as VariableDeclaratorSyntax : null;

    private static ExpressionSyntax? Value(VariableDeclarationSyntax? declaration) => declaration is { Variables: { Count: 1 } variables } ? variables[0].Initializer?.Value : null;

    private static bool IsWhole(ExpressionSyntax? expression, SyntaxNode acquire) => expression is not null && LockedSection.Unwrapped(expression) == acquire;
}
