using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>TDM3005: makes the pipe a queue, which any number of processes may use.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PipeEndSharedCodeFix))]
public sealed class PipeEndSharedCodeFix() : TextCodeFixProvider("TDM3005")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var end = reported.AncestorsAndSelf().OfType<ExpressionSyntax>().Select(expression => model.GetOperation(expression, cancellationToken)).FirstOrDefault(static operation => operation is not null);
        if (end is not null && QueueForPipe.Changes(model, end) is { } changes)
            yield return new("Use a ProcessQueue", nameof(QueueForPipe), changes);
    }
}
