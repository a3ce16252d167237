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
        if (call is null) return null;

        var changes = new List<TextChange> { new(shape.Start.Span, call + ";") };
        changes.AddRange(shape.Superfluous.Select(statement => new TextChange(WholeLines(statement, isAfter: statement.SpanStart > shape.Start.SpanStart), "")));
        if (model.LookupNamespacesAndTypes(shape.Start.SpanStart, name: "Parallel").IsEmpty && Using(shape.Start) is var import) changes.Add(import);
        return [.. changes];
    }

    // The work itself does not wait, but its caller must not be blocked.
    private static string? AwaitedCall(SemanticModel model, FanOutShape shape)
    {
        if (model.Compilation.GetTypeByMetadataName("System.Threading.Tasks.Parallel")?.GetMembers("ForEachAsync").IsEmpty is not false) return null;

        var indent = shape.Start.GetLeadingTrivia().LastOrDefault(static t => t.IsKind(SyntaxKind.WhitespaceTrivia)).ToString();
        var newLine = shape.Start.SyntaxTree.GetText().Lines[0] is { EndIncludingLineBreak: var end, End: var text } && end - text == 2 ? "\r\n" : "\n";
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

    private static string Body(AnonymousFunctionExpressionSyntax work) => work.Body.ToString();

    private static bool HasComments(SyntaxNode node) => node.DescendantTrivia().Any(static t => t.IsKind(SyntaxKind.SingleLineCommentTrivia) || t.IsKind(SyntaxKind.MultiLineCommentTrivia));

    // With its line break, and for what comes after the start with the empty line before it.
    private static TextSpan WholeLines(StatementSyntax statement, bool isAfter)
    {
        var text = statement.SyntaxTree.GetText();
        var (first, last) = (text.Lines.GetLineFromPosition(statement.SpanStart), text.Lines.GetLineFromPosition(statement.Span.End));
        if (!IsBlank(TextSpan.FromBounds(first.Start, statement.SpanStart)) || !IsBlank(TextSpan.FromBounds(statement.Span.End, last.End))) return statement.FullSpan;

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
