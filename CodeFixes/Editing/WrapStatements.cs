using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>
/// Puts whole lines of statements into a block: <c>lock (x) { … }</c>, <c>try { … } finally { … }</c>. Works on lines, so comments,
/// blank lines and the layout inside stay as they are.
/// </summary>
internal sealed class WrapStatements
{
    private readonly SourceText _text;
    private readonly IReadOnlyList<StatementSyntax> _statements;
    private readonly string _newLine;
    private readonly string _unit;

    private WrapStatements(SourceText text, IReadOnlyList<StatementSyntax> statements)
    {
        _text = text;
        _statements = statements;
        var first = LineOf(statements[0].SpanStart);
        _newLine = text.ToString(TextSpan.FromBounds(first.End, first.EndIncludingLineBreak)) is { Length: > 0 } lineBreak ? lineBreak : "\n";
        Indent = IndentOf(statements[0] is LabeledStatementSyntax labeled ? labeled.Statement : statements[0]);
        var outer = statements[0].Parent switch
        {
            BlockSyntax block => IndentOf(block.CloseBraceToken.SpanStart),
            SwitchSectionSyntax section => IndentOf(section),
            _ => "",
        };
        _unit = Indent.StartsWith(outer) && Indent.Length > outer.Length ? Indent.Substring(outer.Length) : "    ";
    }

    /// <summary>The white space before the first statement.</summary>
    public string Indent { get; }

    /// <summary>The first line that goes into the block: the first comment that belongs to the first statement.</summary>
    private int FirstLine => StartOf(_statements[0]);

    private int LastLine => LineOf(_statements[_statements.Count - 1].Span.End).LineNumber;

    /// <summary>A wrap of consecutive statements, or null where they share some lines, but not one, or contain directives.</summary>
    public static WrapStatements? Of(SourceText text, IReadOnlyList<StatementSyntax> statements)
    {
        if (statements.Count == 0 || statements.Any(static statement => statement.ContainsDirectives)) return null;
        if (statements.All(statement => OwnsItsLines(text, statement))) return new WrapStatements(text, statements);

        var line = text.Lines.GetLineFromPosition(statements[0].SpanStart);
        if (statements[statements.Count - 1].Span.End <= line.End) return new WrapStatements(text, statements) { IsOneLine = true };
        // What is between may share lines: `} Monitor.Exit(_gate);`.
        return StartsItsLine(text, statements[0]) && EndsItsLine(text, statements[statements.Count - 1]) ? new WrapStatements(text, statements) : null;
    }

    /// <summary>The removal of <paramref name="statement"/>, with its line where it has one to itself; a comment beside it stays.</summary>
    public static TextChange Remove(SourceText text, StatementSyntax statement)
    {
        var last = text.Lines.GetLineFromPosition(statement.Span.End);
        if (!OwnsItsLines(text, statement)) return new TextChange(WithOneSpace(text, statement.Span), "");

        var comment = text.ToString(TextSpan.FromBounds(statement.Span.End, last.End)).Trim();
        return comment.Length == 0
            ? new TextChange(TextSpan.FromBounds(text.Lines.GetLineFromPosition(statement.SpanStart).Start, last.EndIncludingLineBreak), "")
            : new TextChange(TextSpan.FromBounds(statement.SpanStart, last.End), comment);
    }

    /// <summary>With the space before it, or, where it comes first on its line, the one behind.</summary>
    private static TextSpan WithOneSpace(SourceText text, TextSpan span)
    {
        var line = text.Lines.GetLineFromPosition(span.Start);
        var isFirst = string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(line.Start, span.Start)));
        var (start, end) = (span.Start, span.End);
        while (!isFirst && text[start - 1] == ' ') start--;
        while (isFirst && end < line.End && text[end] == ' ') end++;
        return TextSpan.FromBounds(start, end);
    }

    /// <summary>Whether no other code is on the lines of <paramref name="statement"/>.</summary>
    public static bool OwnsItsLines(SourceText text, SyntaxNode statement) => StartsItsLine(text, statement) && EndsItsLine(text, statement);

    private static bool StartsItsLine(SourceText text, SyntaxNode statement) =>
        string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(text.Lines.GetLineFromPosition(statement.SpanStart).Start, statement.SpanStart)));

    private static bool EndsItsLine(SourceText text, SyntaxNode statement) =>
        statement.GetLastToken().GetNextToken() is var next && (next.IsKind(SyntaxKind.None) || next.SpanStart >= text.Lines.GetLineFromPosition(statement.Span.End).End);

    /// <summary>The lines of <paramref name="statement"/> and of the comments above it.</summary>
    public static TextSpan Lines(SourceText text, StatementSyntax statement) =>
        TextSpan.FromBounds(text.Lines[StartOf(text, statement)].Start, text.Lines.GetLineFromPosition(statement.Span.End).EndIncludingLineBreak);

    /// <summary>Whether code of one line stays on it.</summary>
    private bool IsOneLine { get; init; }

    /// <summary>Opens the block before the first statement: <paramref name="head"/>, a brace.</summary>
    public TextChange Open(string head) => IsOneLine ? Insert(_statements[0].SpanStart, head + " { ") : Insert(_text.Lines[FirstLine].Start, Indent + head + _newLine + Indent + "{" + _newLine + _unit);

    /// <summary>Adds <paramref name="statements"/> in front of the first statement and the comments above it.</summary>
    public TextChange Precede(IEnumerable<string> statements)
    {
        if (!IsOneLine) return Insert(_text.Lines[FirstLine].Start, string.Concat(statements.Select(statement => Indent + statement + _newLine)));

        // Behind what comes before on the line, so that the first statement may go with the space before it.
        var before = _statements[0].GetFirstToken().GetPreviousToken().Span.End;
        return before >= LineOf(_statements[0].SpanStart).Start
            ? Insert(before, string.Concat(statements.Select(static statement => " " + statement)))
            : Insert(_statements[0].SpanStart, string.Concat(statements.Select(static statement => statement + " ")));
    }

    /// <summary>Closes the block after the last statement, and adds <paramref name="tail"/> with the statements of a block of its own.</summary>
    public TextChange Close(string? tail = null, params string[] statements)
    {
        if (IsOneLine) return Insert(_statements[_statements.Count - 1].Span.End, tail is null ? " }" : $" }} {tail} {{ {string.Join(" ", statements)} }}");

        var closing = new List<string> { Indent + "}" };
        if (tail is not null) closing.AddRange([Indent + tail, Indent + "{", .. statements.Select(statement => Indent + _unit + statement), Indent + "}"]);
        var line = _text.Lines[LastLine];
        var lineBreak = line.End == line.EndIncludingLineBreak ? _newLine : "";
        return Insert(line.EndIncludingLineBreak, lineBreak + string.Join(_newLine, closing) + _newLine);
    }

    /// <summary>Moves the statements one level in (<see cref="Open"/> has moved their first line), but for <paramref name="except"/> and for what is inside string literals of several lines.</summary>
    /// <param name="except">Lines that stay, because they go.</param>
    /// <param name="before">Where to stop, if that is not the end of the last statement: at comments that belong to what follows.</param>
    public IEnumerable<TextChange> Deepen(IReadOnlyCollection<TextSpan> except, TextLine? before = null)
    {
        var last = before is { } next ? next.LineNumber - 1 : LastLine;
        for (var number = IsOneLine ? last + 1 : FirstLine + 1; number <= last; number++)
        {
            var line = _text.Lines[number];
            if (line.Span.IsEmpty || string.IsNullOrWhiteSpace(line.ToString()) || except.Any(span => span.Contains(line.Start)) || IsInsideString(line.Start)) continue;
            yield return Insert(line.Start, _unit);
        }
    }

    private bool IsInsideString(int position) =>
        _statements.FirstOrDefault(statement => statement.FullSpan.Contains(position)) is { } statement
        && statement.FindToken(position) is var token
        && token.SpanStart < position
        && token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringEndToken or SyntaxKind.InterpolatedRawStringEndToken or SyntaxKind.Utf8MultiLineRawStringLiteralToken;

    private int StartOf(StatementSyntax statement) => StartOf(_text, statement);

    private static int StartOf(SourceText text, StatementSyntax statement)
    {
        // The last blank line above parts the comments of this statement from what comes before.
        var line = text.Lines.GetLineFromPosition(statement.SpanStart).LineNumber;
        var top = text.Lines.GetLineFromPosition(statement.GetFirstToken().GetPreviousToken().Span.End).LineNumber;
        while (line - 1 > top && !string.IsNullOrWhiteSpace(text.Lines[line - 1].ToString())) line--;
        return line;
    }

    private string IndentOf(SyntaxNode node) => IndentOf(node.SpanStart);

    private string IndentOf(int position)
    {
        var line = LineOf(position).ToString();
        return line.Substring(0, line.Length - line.TrimStart().Length);
    }

    private TextLine LineOf(int position) => _text.Lines.GetLineFromPosition(position);

    private static TextChange Insert(int position, string text) => new(new TextSpan(position, 0), text);
}
