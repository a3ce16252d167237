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
        Indent = IndentOf(statements[0]);
        var outer = statements[0].Parent is BlockSyntax block ? IndentOf(block.CloseBraceToken.SpanStart) : "";
        _unit = Indent.StartsWith(outer) && Indent.Length > outer.Length ? Indent.Substring(outer.Length) : "    ";
    }

    /// <summary>The white space before the first statement.</summary>
    public string Indent { get; }

    /// <summary>The first line that goes into the block: the first comment that belongs to the first statement.</summary>
    private int FirstLine => StartOf(_statements[0]);

    private int LastLine => LineOf(_statements[_statements.Count - 1].Span.End).LineNumber;

    /// <summary>A wrap of consecutive statements, or null where they do not have their lines for themselves or contain directives.</summary>
    public static WrapStatements? Of(SourceText text, IReadOnlyList<StatementSyntax> statements)
    {
        if (statements.Count == 0 || statements.Any(static statement => statement.ContainsDirectives)) return null;
        foreach (var statement in statements)
            if (!OwnsItsLines(text, statement)) return null;
        return new WrapStatements(text, statements);
    }

    /// <summary>Whether no other code is on the lines of <paramref name="statement"/>.</summary>
    public static bool OwnsItsLines(SourceText text, SyntaxNode statement)
    {
        var first = text.Lines.GetLineFromPosition(statement.SpanStart);
        var last = text.Lines.GetLineFromPosition(statement.Span.End);
        return string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(first.Start, statement.SpanStart)))
            && statement.GetLastToken().GetNextToken() is var next && (next.IsKind(SyntaxKind.None) || next.SpanStart >= last.End);
    }

    /// <summary>The lines of <paramref name="statement"/> and of the comments above it.</summary>
    public static TextSpan Lines(SourceText text, StatementSyntax statement) =>
        TextSpan.FromBounds(text.Lines[StartOf(text, statement)].Start, text.Lines.GetLineFromPosition(statement.Span.End).EndIncludingLineBreak);

    /// <summary>Opens the block before the first statement: <paramref name="head"/>, a brace.</summary>
    public TextChange Open(string head) => Insert(_text.Lines[FirstLine].Start, Indent + head + _newLine + Indent + "{" + _newLine);

    /// <summary>Closes the block after the last statement, and adds <paramref name="tail"/> with the statements of a block of its own.</summary>
    public TextChange Close(string? tail = null, params string[] statements)
    {
        var closing = new List<string> { Indent + "}" };
        if (tail is not null) closing.AddRange([Indent + tail, Indent + "{", .. statements.Select(statement => Indent + _unit + statement), Indent + "}"]);
        var line = _text.Lines[LastLine];
        var lineBreak = line.End == line.EndIncludingLineBreak ? _newLine : "";
        return Insert(line.EndIncludingLineBreak, lineBreak + string.Join(_newLine, closing) + _newLine);
    }

    /// <summary>Moves the statements one level in, but for <paramref name="except"/> and for what is inside string literals of several lines.</summary>
    public IEnumerable<TextChange> Deepen(IReadOnlyCollection<TextSpan> except)
    {
        for (var number = FirstLine; number <= LastLine; number++)
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
