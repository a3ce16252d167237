using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Executors;

/// <summary>
/// Turns a loop that starts a thread or a task for each element, and a wait for all of them, into one call of Parallel. Only the plain shape
/// is known: what is started is waited for in the same block, nothing else uses it, and no result is kept.
/// </summary>
internal static class BoundWithParallel
{
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IOperation spawn)
    {
        if (FanOutShape.Find(model, spawn) is not { } shape) return null;

        var call = shape.IsAwaited ? AwaitedCall(model, shape) : $"Parallel.ForEach({shape.Sequence}, {shape.Element} => {Body(shape.Work)})";
        if (call is null || Comments(shape) is not { } comments) return null;

        var changes = new List<TextChange> { new(shape.Start.Span, string.Concat(comments.Select(comment => comment + NewLine(shape) + Indent(shape))) + call + ";") };
        changes.AddRange(shape.Superfluous.Select(statement => new TextChange(WholeLines(statement, isAfter: statement.SpanStart > shape.Start.SpanStart), "")));
        if (model.LookupNamespacesAndTypes(shape.Start.SpanStart, name: "Parallel").IsEmpty && Using(shape.Start) is var import) changes.Add(import);
        return [.. changes];
    }

    // The work itself does not wait, but its caller must not be blocked.
    private static string? AwaitedCall(SemanticModel model, FanOutShape shape)
    {
        if (model.Compilation.GetTypeByMetadataName("System.Threading.Tasks.Parallel")?.GetMembers("ForEachAsync").IsEmpty is not false) return null;

        var (indent, newLine) = (Indent(shape), NewLine(shape));
        var statements = shape.Work switch
        {
            { ExpressionBody: { } expression } => $"{indent}    {expression};",
            // A return would have to return a task.
            { Block: { } block } when !block.DescendantNodes(static n => n is not AnonymousFunctionExpressionSyntax).OfType<ReturnStatementSyntax>().Any() && !HasComments(block)
                => string.Join(newLine, block.Statements.Select(statement => indent + "    " + statement)),
            _ => null,
        };
        if (statements is null) return null;

        return $"await Parallel.ForEachAsync({shape.Sequence}, ({shape.Element}, _) =>{newLine}{indent}{{{newLine}{statements}{newLine}{indent}    return ValueTask.CompletedTask;{newLine}{indent}}})";
    }

    private static string Indent(FanOutShape shape) => shape.Start.GetLeadingTrivia().LastOrDefault(static t => t.IsKind(SyntaxKind.WhitespaceTrivia)).ToString();

    private static string NewLine(FanOutShape shape) =>
        shape.Start.SyntaxTree.GetText().Lines[0] is { EndIncludingLineBreak: var end, End: var text } && end - text == 2 ? "\r\n" : "\n";

    // What stood between or beside the lines that go moves above the call; null where something else than a comment stands there, as #if.
    private static List<SyntaxTrivia>? Comments(FanOutShape shape)
    {
        var found = shape.Superfluous.Append(shape.Start).OrderBy(static statement => statement.SpanStart)
            .SelectMany(statement => statement.DescendantTrivia().Where(trivia => trivia.SpanStart > statement.SpanStart && (statement != shape.Start || trivia.SpanStart < statement.Span.End)))
            .Where(trivia => !shape.Work.Body.Span.Contains(trivia.Span) && !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia))
            .ToList();
        return found.TrueForAll(IsComment) ? found : null;
    }

    private static bool IsComment(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia);

    private static string Body(AnonymousFunctionExpressionSyntax work) => work.Body.ToString();

    private static bool HasComments(SyntaxNode node) => node.DescendantTrivia().Any(IsComment);

    // With its line break, and for what comes after the start with the empty line before it.
    private static TextSpan WholeLines(StatementSyntax statement, bool isAfter)
    {
        var text = statement.SyntaxTree.GetText();
        var (first, last) = (text.Lines.GetLineFromPosition(statement.SpanStart), text.Lines.GetLineFromPosition(statement.Span.End));
        if (!IsBlank(TextSpan.FromBounds(first.Start, statement.SpanStart)) || statement.GetLastToken().GetNextToken().SpanStart < last.End) return TextSpan.FromBounds(statement.SpanStart, statement.FullSpan.End);

        var before = text.Lines[first.LineNumber - 1];
        return TextSpan.FromBounds(isAfter && IsBlank(before.Span) ? before.Start : first.Start, last.EndIncludingLineBreak);

        bool IsBlank(TextSpan span) => string.IsNullOrWhiteSpace(text.ToString(span));
    }

    private static TextChange Using(SyntaxNode node)
    {
        const string Import = "using System.Threading.Tasks;";
        var usings = ((CompilationUnitSyntax)node.SyntaxTree.GetRoot()).Usings;
        var before = usings.LastOrDefault(static u => u.Name is { } name && string.CompareOrdinal(name.ToString(), "System.Threading.Tasks") < 0);
        return before is null ? new(new TextSpan(0, 0), Import + "\n") : new(new TextSpan(before.Span.End, 0), "\n" + Import);
    }
}
