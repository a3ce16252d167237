using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Flow;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>TDM2007: the statement moves out of the <c>lock</c>, where it is at an end of it and needs no lock.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SlowCallUnderLockCodeFix))]
public sealed class SlowCallUnderLockCodeFix() : TextCodeFixProvider(Descriptors.SlowCallUnderLock.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (reported.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: BlockSyntax { Parent: LockStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax } held } section } statement) yield break;
        if (diagnostic.AdditionalLocations[0].SourceSpan.Start != held.SpanStart || held.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type) yield break;

        // Another lock around this one would be held over it as before.
        if (FunctionGraphs.FunctionAround(held) is not { } function || held.Ancestors().TakeWhile(node => node != function).Any(static node => node is LockStatementSyntax)) yield break;
        if (section.Statements.Any(static inner => inner.ContainsDirectives)) yield break;

        var independent = new IndependentStatement(model, type, cancellationToken);
        var index = section.Statements.IndexOf(statement);
        var before = section.Statements.Take(index + 1).ToList();
        var after = section.Statements.Skip(index).ToList();
        if (before.Count < section.Statements.Count && before.All(inner => inner is not ReturnStatementSyntax && independent.Is(inner))) yield return new("Move it before the lock", "MoveOutOfTheLock", [.. Move(held, before, isBefore: true)]);
        else if (after.Count < section.Statements.Count && after.All(independent.Is)) yield return new("Move it behind the lock", "MoveOutOfTheLock", [.. Move(held, after, isBefore: false)]);
    }

    private static IEnumerable<TextChange> Move(LockStatementSyntax held, List<StatementSyntax> statements, bool isBefore)
    {
        var text = held.SyntaxTree.GetText();
        if (statements.TrueForAll(statement => WrapStatements.OwnsItsLines(text, statement)) && WrapStatements.OwnsItsLines(text, held))
        {
            var lines = TextSpan.FromBounds(WrapStatements.Lines(text, statements[0]).Start, WrapStatements.Lines(text, statements[statements.Count - 1]).End);
            var position = isBefore ? text.Lines.GetLineFromPosition(held.SpanStart).Start : text.Lines.GetLineFromPosition(held.Span.End).EndIncludingLineBreak;
            yield return new TextChange(lines, "");
            yield return new TextChange(new TextSpan(position, 0), Dedented(text, lines, LockRange.IndentAt(text, held.SpanStart), held.SyntaxTree.GetRoot()));
            yield break;
        }

        var code = string.Join(" ", statements);
        foreach (var statement in statements) yield return WrapStatements.Remove(text, statement);
        yield return isBefore ? new TextChange(new TextSpan(held.SpanStart, 0), code + " ") : new TextChange(new TextSpan(held.Span.End, 0), " " + code);
    }

    /// <summary>The lines one level further out, but for those inside a string.</summary>
    private static string Dedented(SourceText text, TextSpan span, string indent, SyntaxNode root)
    {
        var first = LockRange.IndentAt(text, text.Lines.GetLineFromPosition(span.Start).Start);
        var unit = first.StartsWith(indent, System.StringComparison.Ordinal) ? first.Length - indent.Length : 0;
        return string.Concat(text.Lines.Where(line => line.Start >= span.Start && line.Start < span.End).Select(line =>
        {
            var content = text.ToString(line.SpanIncludingLineBreak);
            var isInString = root.FindToken(line.Start) is var token && token.SpanStart < line.Start && line.Start < token.Span.End;
            return !isInString && content.Length > unit && string.IsNullOrWhiteSpace(content.Substring(0, unit)) ? content.Substring(unit) : content;
        }));
    }
}
