using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Executors;

/// <summary>TDM1001: runs the work on a ProcessExecutor, or bounds its fan-out with Parallel.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CpuBoundWorkOnThreadsCodeFix))]
public sealed class CpuBoundWorkOnThreadsCodeFix() : TextCodeFixProvider("TDM1001")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var handedOver = reported.AncestorsAndSelf().OfType<ExpressionSyntax>().FirstOrDefault(static e => e.Parent is ArgumentSyntax);
        if (handedOver?.Parent?.Parent?.Parent is not { } site) yield break;

        switch (model.GetOperation(site, cancellationToken))
        {
            case IInvocationOperation { TargetMethod.Name: "Submit" or "Map" } call when MoveToProcesses.Changes(model, call, cancellationToken) is { } changes:
                yield return new("Run it on a ProcessExecutor", nameof(MoveToProcesses), changes);
                break;
            case { } spawn when BoundWithParallel.Changes(model, spawn) is { } changes:
                yield return new("Bound it with Parallel", nameof(BoundWithParallel), changes);
                break;
        }
    }
}
