using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>Takes the statement around a block away, and leaves what is in the block where the statement stood: <c>using (x) { … }</c>, <c>try { … } finally { }</c>.</summary>
internal static class Unwrap
{
    /// <summary>The changes that leave of <paramref name="whole"/> only <paramref name="inner"/>; null where a comment would be lost, or where only one statement may stand.</summary>
    /// <param name="text">The text of both.</param>
    /// <param name="whole">The statement that goes.</param>
    /// <param name="inner">The statement inside it that stays: a block loses its braces.</param>
    public static IReadOnlyList<TextChange>? Statement(SourceText text, StatementSyntax whole, StatementSyntax inner)
    {
        if (whole.Parent is not (BlockSyntax or GlobalStatementSyntax) || whole.ContainsDirectives) return null;

        var (first, last) = inner is BlockSyntax block
            ? (block.Statements.FirstOrDefault()?.SpanStart ?? -1, block.Statements.LastOrDefault()?.Span.End ?? -1)
            : (inner.SpanStart, inner.Span.End);
        if (first < 0) return null;

        if (inner is BlockSyntax { OpenBraceToken: var open, CloseBraceToken: var close })
        {
            // Comments at the edges of the block belong to what is in it.
            if (text.Lines.GetLineFromPosition(open.Span.End).LineNumber < text.Lines.GetLineFromPosition(first).LineNumber) first = NextLine(text, open.Span.End);
            if (text.Lines.GetLineFromPosition(last).LineNumber < text.Lines.GetLineFromPosition(close.SpanStart).LineNumber) last = text.Lines[text.Lines.GetLineFromPosition(close.SpanStart).LineNumber - 1].End;
        }

        var before = TextSpan.FromBounds(whole.SpanStart, first);
        var after = TextSpan.FromBounds(last, whole.Span.End);
        if (HasComment(whole, before) || HasComment(whole, after)) return null;

        var indent = IndentAt(text, whole.SpanStart);
        var startsLine = text.Lines.GetLineFromPosition(first).Start == first;
        var changes = new List<TextChange> { new(startsLine ? TextSpan.FromBounds(text.Lines.GetLineFromPosition(whole.SpanStart).Start, first) : before, ""), new(after, "") };
        var unit = Unit(text, inner, indent);
        for (var number = text.Lines.GetLineFromPosition(first).LineNumber + (startsLine ? 0 : 1); number <= text.Lines.GetLineFromPosition(last).LineNumber; number++)
        {
            var line = text.Lines[number];
            if (unit.Length > 0 && line.ToString().StartsWith(indent + unit, System.StringComparison.Ordinal) && !IsInsideString(whole, line.Start))
                changes.Add(new TextChange(new TextSpan(line.Start + indent.Length, unit.Length), ""));
        }

        return changes;
    }

    private static string Unit(SourceText text, StatementSyntax inner, string indent)
    {
        var first = inner is BlockSyntax block ? block.Statements[0] : inner;
        var own = IndentAt(text, first.SpanStart);
        return own.StartsWith(indent, System.StringComparison.Ordinal) ? own.Substring(indent.Length) : "";
    }

    private static int NextLine(SourceText text, int position) => text.Lines.GetLineFromPosition(position).EndIncludingLineBreak;

    private static bool HasComment(SyntaxNode node, TextSpan span) =>
        node.DescendantTrivia(span).Any(trivia => span.Contains(trivia.Span) && !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia));

    private static bool IsInsideString(SyntaxNode node, int position) => node.FindToken(position) is { Span: var token } && token.Start < position && position < token.End;

    private static string IndentAt(SourceText text, int position)
    {
        var line = text.Lines.GetLineFromPosition(position).ToString();
        return line.Substring(0, line.Length - line.TrimStart().Length);
    }
}
