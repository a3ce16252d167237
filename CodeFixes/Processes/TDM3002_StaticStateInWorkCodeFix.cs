using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Processes;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>TDM3002: passes static state that work reads as an argument, and returns what it writes.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(StaticStateInWorkCodeFix))]
public sealed class StaticStateInWorkCodeFix() : TextCodeFixProvider("TDM3002")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        // Where the work is handed over, in this file.
        if (diagnostic.AdditionalLocations is not { Count: 2 } places || places[1] is not { SourceTree: { } tree } site || tree != model.SyntaxTree) yield break;
        if (reported.AncestorsAndSelf().OfType<ExpressionSyntax>().Select(expression => model.GetOperation(expression, cancellationToken)).OfType<IMemberReferenceOperation>().FirstOrDefault() is not { } reference) yield break;

        var handOver = tree.GetRoot(cancellationToken).FindNode(site.SourceSpan, getInnermostNodeForTie: true);
        if (diagnostic.Properties.ContainsKey(StaticStateInWorkAnalyzer.Lost))
        {
            if (ReturnState.Changes(model, reference, handOver) is { } returned)
                yield return new($"Return the new value of '{reference.Member.Name}'", nameof(ReturnState), returned);
        }
        else if (!diagnostic.Properties.ContainsKey(StaticStateInWorkAnalyzer.Late) && PassState.Changes(model, reference, handOver) is { } passed)
        {
            yield return new($"Pass '{reference.Member.Name}' as an argument", nameof(PassState), passed);
        }
    }
}
