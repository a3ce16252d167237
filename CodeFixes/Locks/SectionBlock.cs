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

        TextChange[] outdated = [.. declared, .. section.Releases.Select(release => Without(text, release))];
        return [.. outdated, .. wrap.Deepen([.. outdated.Select(static change => change.Span)])];
    }

    /// <summary>The removal of <paramref name="release"/>, with the finally clause of a catch where that does nothing else.</summary>
    public static TextChange Without(SourceText text, StatementSyntax release)
    {
        if (release.Parent is not BlockSyntax { Statements.Count: 1, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax { Catches.Count: > 0 } } final }) return WrapStatements.Remove(text, release);

        // Comments in the clause stay, and so does the clause.
        var end = final.GetFirstToken().GetPreviousToken().Span.End;
        return final.DescendantTrivia().Any(static trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia)) || !string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(end, final.SpanStart)))
            ? WrapStatements.Remove(text, release)
            : new TextChange(TextSpan.FromBounds(end, final.Span.End), "");
    }
}
