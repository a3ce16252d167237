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

/// <summary>TDM4006: one lock around all uses of what is not copied in one step; volatile for what a loop polls; for what is read too early, the wait that comes later.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DataRaceCodeFix))]
public sealed class DataRaceCodeFix() : TextCodeFixProvider("TDM4006")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var uses = Race.ActsOf(diagnostic, reported.SyntaxTree.GetRoot(cancellationToken)).Insert(0, reported);
        if (diagnostic.Properties.ContainsKey(PolledFlagFinder.IsPolled))
        {
            if (model.GetOperation(reported, cancellationToken) is { } read && VolatileField.Of(read) is { } isVolatile) yield return isVolatile;
            yield return new("Read it with Volatile.Read", "VolatileRead", [.. uses.SelectMany(use => ReadVolatile(model, use))]);
        }
        else if (diagnostic.Properties.TryGetValue(EarlyReadFinder.Join, out var join))
        {
            if (WaitBefore(reported, join!) is { } wait) yield return new("Wait for the work first", "WaitFirst", [wait]);
        }
        else if (LockHolds.OfFunctions(model, uses) is { } holds && ChosenLock.Around(model, holds, diagnostic) is { } locked)
            yield return new($"Use it under {locked.Title}", "LockUses", locked.Changes);
    }

    private static IEnumerable<TextChange> ReadVolatile(SemanticModel model, SyntaxNode read)
    {
        var name = model.LookupNamespacesAndTypes(read.SpanStart, name: "Volatile").IsEmpty ? "System.Threading.Volatile" : "Volatile";
        return [new TextChange(new TextSpan(read.SpanStart, 0), $"{name}.Read(ref "), new TextChange(new TextSpan(read.Span.End, 0), ")")];
    }

    private static TextChange? WaitBefore(SyntaxNode read, string wait)
    {
        var statement = read.FirstAncestorOrSelf<StatementSyntax>();
        if (statement is not { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax }) return null;
        var text = statement.SyntaxTree.GetText();
        var newLine = text.Lines[0].EndIncludingLineBreak - text.Lines[0].End == 2 ? "\r\n" : "\n";
        return new TextChange(new TextSpan(statement.SpanStart, 0), $"{wait}{newLine}{LockRange.IndentAt(text, statement.SpanStart)}");
    }
}
