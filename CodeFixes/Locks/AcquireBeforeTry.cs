using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>The changes that move an acquire, the first statement of a try block, in front of the try.</summary>
internal static class AcquireBeforeTry
{
    public static List<TextChange>? Of(SourceText text, InvocationExpressionSyntax acquire)
    {
        if (acquire.FirstAncestorOrSelf<ExpressionStatementSyntax>() is not { Parent: BlockSyntax { Parent: TryStatementSyntax { Parent: BlockSyntax } protectedBlock } } statement) return null;
        if (!WrapStatements.OwnsItsLines(text, statement) || !WrapStatements.OwnsItsLines(text, protectedBlock))
        {
            return statement.ContainsDirectives ? null : [new TextChange(new TextSpan(protectedBlock.SpanStart, 0), statement + " "), WrapStatements.Remove(text, statement)];
        }

        // With the comments above it, and with one beside it.
        var lines = WrapStatements.Lines(text, statement);
        if (statement.ContainsDirectives || lines.Start <= protectedBlock.Block.OpenBraceToken.SpanStart) return null;

        var outer = Indent(text, protectedBlock.SpanStart);
        var inner = Indent(text, statement.SpanStart);
        var moved = text.GetSubText(lines).Lines.Select(line => line.ToString() + text.GetSubText(lines).ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak)))
            .Select(line => line.StartsWith(inner, System.StringComparison.Ordinal) ? outer + line.Substring(inner.Length) : line);
        return [new TextChange(new TextSpan(text.Lines.GetLineFromPosition(protectedBlock.SpanStart).Start, 0), string.Concat(moved)), new TextChange(lines, "")];
    }

    private static string Indent(SourceText text, int position)
    {
        var line = text.Lines.GetLineFromPosition(position).ToString();
        return line.Substring(0, line.Length - line.TrimStart().Length);
    }
}
