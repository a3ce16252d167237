using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4008: a copy for each round, which the work reads instead.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LoopVariableCapturedCodeFix))]
public sealed class LoopVariableCapturedCodeFix() : TextCodeFixProvider("TDM4008")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        var reads = Race.ActsOf(diagnostic, root).Insert(0, reported);

        // A local function is shared by all rounds, as is a lambda that was made before them.
        var start = root.FindNode(diagnostic.AdditionalLocations[reads.Length - 1].SourceSpan, getInnermostNodeForTie: true);
        if (reads.Any(read => !start.Span.Contains(read.Span)) || start.FirstAncestorOrSelf<StatementSyntax>() is not { } statement) yield break;

        var name = reported.ToString() + "Copy";
        var changes = reads.Select(read => new TextChange(read.Span, name)).ToList();
        if (!IsCopied(statement, name, reported.ToString()))
        {
            if (!model.LookupSymbols(statement.SpanStart, name: name).IsEmpty) yield break;
            changes.AddRange(Declare(statement, $"var {name} = {reported};"));
        }

        yield return new($"Copy '{reported}' to a local", "CopyLoopVariable", [.. changes]);
    }

    /// <summary>Whether the round begins with that copy.</summary>
    private static bool IsCopied(StatementSyntax statement, string name, string variable) => statement.Parent is BlockSyntax block
        && block.Statements.TakeWhile(other => other != statement).OfType<LocalDeclarationStatementSyntax>().Any(other => other.Declaration.Variables is { Count: 1 } variables && variables[0].Identifier.ValueText == name && variables[0].Initializer?.Value.ToString() == variable);

    private static IEnumerable<TextChange> Declare(StatementSyntax statement, string declaration)
    {
        var text = statement.SyntaxTree.GetText();
        var newLine = text.ToString().Contains("\r\n") ? "\r\n" : "\n";
        var indent = LockRange.IndentAt(text, statement.SpanStart);
        if (statement.Parent is BlockSyntax or SwitchSectionSyntax) return [new TextChange(new TextSpan(statement.SpanStart, 0), declaration + (text.Lines.IndexOf(statement.SpanStart) == text.Lines.IndexOf(statement.Parent.SpanStart) ? " " : newLine + indent))];

        // `for (…) Task.Run(() => …);`
        var outer = LockRange.IndentAt(text, statement.Parent!.SpanStart);
        var before = text.Lines.IndexOf(statement.SpanStart) == text.Lines.IndexOf(statement.Parent.SpanStart) ? TextSpan.FromBounds(statement.GetFirstToken().GetPreviousToken().Span.End, statement.SpanStart) : new TextSpan(text.Lines.GetLineFromPosition(statement.SpanStart).Start, indent.Length);
        var open = before.Start == text.Lines.GetLineFromPosition(before.Start).Start ? "" : newLine;
        return
        [
            new TextChange(before, $"{open}{outer}{{{newLine}{outer}    {declaration}{newLine}{outer}    "),
            new TextChange(new TextSpan(statement.Span.End, 0), $"{newLine}{outer}}}"),
        ];
    }
}
