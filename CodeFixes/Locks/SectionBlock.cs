using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>The changes that put a locked section into a block which releases on every path; null where layout or locals do not allow it.</summary>
internal static class SectionBlock
{
    /// <summary><c>lock (x) { … }</c> or <c>using (x) { … }</c> in the place of acquire and releases.</summary>
    public static List<TextChange>? Under(string head, SourceText text, LockedSection section, SemanticModel model)
    {
        if (Inside(text, section, model, out var wrap) is not { } changes) return null;
        changes.AddRange([WrapStatements.Remove(text, section.Acquire!), wrap!.Open(head), wrap.Close()]);
        return changes;
    }

    /// <summary><c>try { … } finally { release }</c> behind the acquire.</summary>
    public static List<TextChange>? InTry(string release, SourceText text, LockedSection section, SemanticModel model)
    {
        if (Inside(text, section, model, out var wrap) is not { } changes) return null;
        changes.AddRange([wrap!.Open("try"), wrap.Close("finally", release)]);
        return changes;
    }

    /// <summary>A section that ends in a try whose finally releases: what stands before the try moves into it.</summary>
    public static List<TextChange>? MergedIntoTry(SourceText text, LockedSection section, SemanticModel model)
    {
        if (section.Statements.LastOrDefault() is not TryStatementSyntax { Catches.Count: 0, Finally.Block: { } final, Block: { Statements.Count: > 0 } body } existing) return null;
        if (section.Statements.Count < 2 || section.Releases.Any(release => release.Parent != final)) return null;
        if (WrapStatements.Of(text, [.. section.Statements.Take(section.Statements.Count - 1)]) is not { } wrap) return null;

        // `try` and its brace go up; each must have its line to itself.
        var keyword = text.Lines.GetLineFromPosition(existing.TryKeyword.SpanStart);
        var brace = text.Lines.GetLineFromPosition(body.OpenBraceToken.SpanStart);
        if (keyword.ToString().Trim() != "try" || brace.ToString().Trim() != "{") return null;

        if (OutlivingLocals.Declare(text, section, model) is not { } declared) return null;
        return
        [
            .. declared,
            wrap.Open("try"),
            .. wrap.Deepen([.. declared.Select(static change => change.Span)], before: keyword),
            new TextChange(keyword.SpanIncludingLineBreak, ""),
            new TextChange(brace.SpanIncludingLineBreak, ""),
        ];
    }

    /// <summary>The section one level deeper, without its releases, and with what outlives it declared in front.</summary>
    private static List<TextChange>? Inside(SourceText text, LockedSection section, SemanticModel model, out WrapStatements? wrap)
    {
        wrap = WrapStatements.Of(text, section.Statements);
        if (wrap is null || OutlivingLocals.Declare(text, section, model) is not { } declared) return null;

        TextChange[] outdated = [.. declared, .. section.Releases.SelectMany(release => Without(text, release))];
        return [.. outdated, .. wrap.Deepen([.. outdated.Select(static change => change.Span)])];
    }

    /// <summary>
    /// The removal of <paramref name="release"/>, with the finally clause where that does nothing else: of a try that catches, and of one that
    /// stands on one line, which goes with its clause.
    /// </summary>
    public static IEnumerable<TextChange> Without(SourceText text, StatementSyntax release)
    {
        if (release.Parent is not BlockSyntax { Statements.Count: 1, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax existing } final } || HasComment(text, final)) return [WrapStatements.Remove(text, release)];
        if (existing.Catches.Count > 0) return [new TextChange(TextSpan.FromBounds(EndBefore(final), final.Span.End), "")];
        if (text.Lines.GetLineFromPosition(existing.SpanStart).End < existing.Span.End || existing.Block.Statements.Count == 0) return [WrapStatements.Remove(text, release)];

        return
        [
            new TextChange(TextSpan.FromBounds(existing.SpanStart, existing.Block.Statements[0].SpanStart), ""),
            new TextChange(TextSpan.FromBounds(existing.Block.Statements.Last().Span.End, existing.Span.End), ""),
        ];
    }

    // Comments in the clause stay, and so does the clause.
    private static bool HasComment(SourceText text, FinallyClauseSyntax final) =>
        final.DescendantTrivia().Any(static trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia)) || !string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(EndBefore(final), final.SpanStart)));

    private static int EndBefore(SyntaxNode node) => node.GetFirstToken().GetPreviousToken().Span.End;
}
