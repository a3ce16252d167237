using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4001: one lock around the check and the act; the one that guards the state already, or a new one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CheckThenActCodeFix))]
public sealed class CheckThenActCodeFix() : TextCodeFixProvider("TDM4001")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var acts = Race.ActsOf(diagnostic, reported.SyntaxTree.GetRoot(cancellationToken));
        SyntaxNode[] nodes = [reported, .. acts];

        // With the lock held, nobody could end the wait.
        if (reported.FirstAncestorOrSelf<StatementSyntax>() is WhileStatementSyntax loop && loop.Condition.Span.Contains(reported.Span) && nodes.Any(node => !loop.Span.Contains(node.Span))) yield break;

        if (LockHolds.OfFunctions(model, nodes) is { } holds && ChosenLock.Around(model, holds, diagnostic) is { } locked) yield return new($"Check and act under {locked.Title}", "LockCheckAndAct", locked.Changes);
    }
}
