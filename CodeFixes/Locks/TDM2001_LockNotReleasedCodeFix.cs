using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>Repairs TDM2001: the section between acquire and release goes into a <c>lock</c>, a <c>using</c> scope, or a try with the release in its finally.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LockNotReleasedCodeFix))]
[Shared]
public sealed class LockNotReleasedCodeFix() : TextCodeFixProvider(Descriptors.LockNotReleased.Id)
{
    // One key for the three ways: "fix all" repairs each lock in the way that its kind allows.
    private const string Key = "ReleaseOnEveryPath";

    /// <inheritdoc/>
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        // A release that other acquires share can't move into the block of one.
        if (!diagnostic.Properties.ContainsKey(LockFacts.OwnsReleases)) yield break;
        if (Acquire(reported) is not { } acquire) yield break;

        // A helper that releases, or a release in another function, is not in reach.
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        var calls = diagnostic.AdditionalLocations.Skip(1).Select(location => root.FindNode(location.SourceSpan, getInnermostNodeForTie: true)).ToList();
        if (!calls.All(static call => call is InvocationExpressionSyntax)) yield break;
        var releases = calls.Cast<InvocationExpressionSyntax>().ToList();
        if (!releases.All(release => IsRelease(release, diagnostic))) yield break;

        var text = root.GetText();
        if (ScopeDeclaration(acquire, releases, diagnostic) is { } declaration && UsingDeclaration(text, declaration, releases) is { } fix)
        {
            yield return fix;
            yield break;
        }

        if (LockedSection.Of(acquire, releases) is not { } section) yield break;
        if (Head(acquire, section, diagnostic, model) is { } head) yield return InBlock(text, section, head);
        else if (MergeIntoTry(text, section) is { } merged) yield return merged;
        else if (InTry(text, section, acquire, diagnostic) is { } wrapped) yield return wrapped;
    }

    private static InvocationExpressionSyntax? Acquire(SyntaxNode reported) => reported switch
    {
        InvocationExpressionSyntax call => call,
        ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax call } => call,
        _ => null,
    };

    private static bool IsRelease(InvocationExpressionSyntax call, Diagnostic diagnostic)
    {
        var name = call.Expression switch
        {
            MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
            MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            _ => null,
        };
        return name == diagnostic.Properties[LockFacts.Release] || (name is "Dispose" or "DisposeAsync" && diagnostic.Properties.ContainsKey(LockFacts.ReturnsScope));
    }

    /// <summary>The head of the statement that takes the place of acquire and releases, where the language has one for the lock.</summary>
    private static string? Head(InvocationExpressionSyntax acquire, LockedSection section, Diagnostic diagnostic, SemanticModel model)
    {
        if (section.Acquire is not ExpressionStatementSyntax statement || section.Flag is not null) return null;
        if (diagnostic.Properties.ContainsKey(LockFacts.ReturnsScope)) return $"using ({statement.Expression})";

        // A yield leaves the block for a while, and an await is not allowed in it: that needs the try.
        if (section.Statements.SelectMany(static s => s.DescendantNodesAndSelf(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))).Any(static node => node is AwaitExpressionSyntax or YieldStatementSyntax)) return null;

        return diagnostic.Properties[LockFacts.Kind] switch
        {
            nameof(LockKind.Monitor) when acquire.ArgumentList.Arguments is { Count: 1 } arguments => $"lock ({arguments[0].Expression})",
            nameof(LockKind.Lock) when acquire.Expression is MemberAccessExpressionSyntax member =>
                // C# 12 takes a Lock for any other object, and locks its monitor.
                ((CSharpParseOptions)model.SyntaxTree.Options).LanguageVersion >= LanguageVersion.CSharp13 ? $"lock ({member.Expression})" : $"using ({member.Expression}.EnterScope())",
            _ => null,
        };
    }

    private static TextFix InBlock(SourceText text, LockedSection section, string head)
    {
        var changes = Section(text, section, section.Releases, out var wrap);
        if (changes is null) return Nothing;
        changes.AddRange([WrapStatements.Remove(text, section.Acquire!), wrap!.Open(head), wrap.Close()]);
        return Fix(head.StartsWith("lock", StringComparison.Ordinal) ? "Use a lock statement" : "Use a using scope", changes);
    }

    private static TextFix InTry(SourceText text, LockedSection section, InvocationExpressionSyntax acquire, Diagnostic diagnostic)
    {
        var changes = Section(text, section, section.Releases, out var wrap);
        if (changes is null) return Nothing;
        var release = (section.LastRelease ?? section.Releases.FirstOrDefault(static release => release is ExpressionStatementSyntax))?.ToString() ?? Release(acquire, diagnostic);
        if (release is null) return Nothing;
        if (section.Flag is not null && section.LastRelease is not IfStatementSyntax) release = $"if ({section.Flag}) {release}";
        changes.AddRange([wrap!.Open("try"), wrap.Close("finally", release)]);
        return Fix("Release it in a finally block", changes);
    }

    /// <summary>A section that ends in a try whose finally releases: what stands before the try moves into it.</summary>
    private static TextFix? MergeIntoTry(SourceText text, LockedSection section)
    {
        if (section.Statements[section.Statements.Count - 1] is not TryStatementSyntax { Catches.Count: 0, Finally.Block: { } final, Block: { Statements.Count: > 0 } body } existing) return null;
        if (section.Statements.Count < 2 || section.Releases.Any(release => release.Parent != final)) return null;
        if (WrapStatements.Of(text, [.. section.Statements.Take(section.Statements.Count - 1)]) is not { } wrap) return null;

        // `try` and its brace go up; each must have its line to itself.
        var keyword = text.Lines.GetLineFromPosition(existing.TryKeyword.SpanStart);
        var brace = text.Lines.GetLineFromPosition(body.OpenBraceToken.SpanStart);
        if (keyword.ToString().Trim() != "try" || brace.ToString().Trim() != "{") return null;

        var changes = new List<TextChange> { wrap.Open("try") };
        changes.AddRange(wrap.Deepen([], before: keyword));
        changes.Add(new TextChange(keyword.SpanIncludingLineBreak, ""));
        changes.Add(new TextChange(brace.SpanIncludingLineBreak, ""));
        return Fix("Move it into the try block", changes);
    }

    /// <summary>The scope's own declaration: <c>var scope = x.Acquire();</c>, disposed at the end of its block or nowhere.</summary>
    private static LocalDeclarationStatementSyntax? ScopeDeclaration(InvocationExpressionSyntax acquire, List<InvocationExpressionSyntax> releases, Diagnostic diagnostic) =>
        diagnostic.Properties.ContainsKey(LockFacts.ReturnsScope)
        && acquire.FirstAncestorOrSelf<StatementSyntax>() is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0, Parent: BlockSyntax block, Declaration.Variables.Count: 1 } declaration
        && releases.All(release => release.FirstAncestorOrSelf<ExpressionStatementSyntax>() is { } statement && EndsScope(statement, block)) ? declaration : null;

    // Disposed there, the lock is released where the using declaration does it too.
    private static bool EndsScope(ExpressionStatementSyntax release, BlockSyntax block) =>
        (release.Parent == block && block.Statements.Last() == release)
        || (release.Parent is BlockSyntax inner && inner.Statements.ElementAtOrDefault(inner.Statements.IndexOf(release) + 1) is ReturnStatementSyntax { Expression: null or LiteralExpressionSyntax or IdentifierNameSyntax } or ThrowStatementSyntax);

    private static TextFix? UsingDeclaration(SourceText text, LocalDeclarationStatementSyntax declaration, List<InvocationExpressionSyntax> releases)
    {
        var statements = releases.Select(static release => release.FirstAncestorOrSelf<ExpressionStatementSyntax>()!).ToList();
        return Fix("Use a using declaration", [new TextChange(new TextSpan(declaration.SpanStart, 0), "using "), .. statements.Select(statement => WrapStatements.Remove(text, statement))]);
    }

    /// <summary>The section one level deeper, without its releases; null where its layout does not allow that.</summary>
    private static List<TextChange>? Section(SourceText text, LockedSection section, IReadOnlyList<StatementSyntax> releases, out WrapStatements? wrap)
    {
        wrap = WrapStatements.Of(text, section.Statements);
        if (wrap is null) return null;

        var removed = releases.Select(release => WrapStatements.Remove(text, release)).ToList();
        return [.. removed, .. wrap.Deepen([.. removed.Select(static change => change.Span)])];
    }

    /// <summary>The release of an acquire that nothing releases yet.</summary>
    private static string? Release(InvocationExpressionSyntax acquire, Diagnostic diagnostic)
    {
        if (acquire.Expression is not MemberAccessExpressionSyntax member || diagnostic.Properties[LockFacts.Release] is not { } name) return null;
        return diagnostic.Properties[LockFacts.Kind] == nameof(LockKind.Monitor)
            ? $"{member.Expression}.{name}({acquire.ArgumentList.Arguments[0]});"
            : $"{member.Expression}.{name}();";
    }

    private static TextFix Fix(string title, IEnumerable<TextChange> changes) => new(title, Key, [.. changes]);

    private static TextFix Nothing => new("", Key, ImmutableArray<TextChange>.Empty);
}
