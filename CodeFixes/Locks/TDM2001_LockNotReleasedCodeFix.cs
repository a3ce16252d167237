using System;
using System.Collections.Generic;
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

        // A release in another function is not in reach; the call of a helper that releases is.
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        var calls = diagnostic.AdditionalLocations.Skip(1).Select(location => root.FindNode(location.SourceSpan, getInnermostNodeForTie: true)).ToList();
        if (!calls.All(static call => call is InvocationExpressionSyntax)) yield break;
        var releases = calls.Cast<InvocationExpressionSyntax>().ToList();
        var byHelper = !releases.All(release => IsRelease(release, diagnostic));
        if (byHelper && !IsOneHelper(releases)) yield break;

        var text = root.GetText();
        if (diagnostic.Properties.ContainsKey(LockFacts.HandedOver))
        {
            if (releases.Count == 0 && CatchBeforeHandOver.Of(text, acquire, NewRelease(acquire, diagnostic)) is { } caught)
                yield return Fix("Release it in a catch block", caught);
            yield break;
        }

        if (!byHelper && ScopeDeclaration(acquire, releases, diagnostic) is { } declaration && UsingDeclaration(text, declaration, releases) is { } fix)
        {
            yield return fix;
            yield break;
        }

        if (LockedSection.Of(acquire, releases) is not { } found) yield break;
        if (SectionBlock.MergedIntoTry(text, OutlivingLocals.LeaveOut(found, model), model) is { } merged)
        {
            yield return Fix("Move it into the try block", merged);
            yield break;
        }

        var section = OutlivingLocals.LeaveOut(OutlivingLocals.TakeInReturn(found, model), model);
        if (!byHelper && Head(acquire, section, diagnostic, model) is { } head)
        {
            if (SectionBlock.Under(head, text, section, model) is { } block)
                yield return Fix(head.StartsWith("lock", StringComparison.Ordinal) ? "Use a lock statement" : "Use a using scope", block);
        }
        else if (Release(section, acquire, diagnostic) is { } release && SectionBlock.InTry(release, text, section, model) is { } wrapped)
        {
            yield return Fix("Release it in a finally block", wrapped);
        }
    }

    private static InvocationExpressionSyntax? Acquire(SyntaxNode reported) => reported switch
    {
        InvocationExpressionSyntax call => call,
        ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax call } => call,
        _ => null,
    };

    /// <summary>Whether the same helper is called, in the same words and for nothing but what it does, wherever the lock is released.</summary>
    private static bool IsOneHelper(List<InvocationExpressionSyntax> releases) =>
        releases.All(release => release.Parent is ExpressionStatementSyntax && SyntaxFactory.AreEquivalent(release, releases[0]));

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
        // var scope = x.Acquire(); … scope.Dispose(); and more behind it
        var returnsScope = diagnostic.Properties.ContainsKey(LockFacts.ReturnsScope);
        if (returnsScope && section.Acquire is LocalDeclarationStatementSyntax local) return $"using ({local.Declaration})";

        if (section.Acquire is not ExpressionStatementSyntax statement || section.Flag is not null) return null;
        if (returnsScope) return $"using ({statement.Expression})";

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

    /// <summary>What the finally block does: the release that is there, or that of an acquire that nothing releases yet.</summary>
    private static string? Release(LockedSection section, InvocationExpressionSyntax acquire, Diagnostic diagnostic)
    {
        var release = (section.LastRelease ?? section.Releases.FirstOrDefault(static release => release is ExpressionStatementSyntax))?.ToString() ?? NewRelease(acquire, diagnostic);
        return release is not null && section.Flag is not null && section.LastRelease is not IfStatementSyntax ? $"if ({section.Flag}) {release}" : release;
    }

    private static string? NewRelease(InvocationExpressionSyntax acquire, Diagnostic diagnostic)
    {
        if (acquire.Expression is not MemberAccessExpressionSyntax member || diagnostic.Properties[LockFacts.Release] is not { } name) return null;
        return diagnostic.Properties.ContainsKey(LockFacts.TakesLockAsArgument) && acquire.ArgumentList.Arguments.Count > 0
            ? $"{member.Expression}.{name}({acquire.ArgumentList.Arguments[0]});"
            : $"{member.Expression}.{name}();";
    }

    private static TextFix Fix(string title, IEnumerable<TextChange> changes) => new(title, Key, [.. changes]);
}
