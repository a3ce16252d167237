using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Executors;

/// <summary>TDM1002: runs the work on a ThreadExecutor.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(IoBoundWorkOnProcessesCodeFix))]
public sealed class IoBoundWorkOnProcessesCodeFix() : TextCodeFixProvider(Descriptors.IoBoundWorkOnProcesses.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var handedOver = reported.AncestorsAndSelf().OfType<ExpressionSyntax>().FirstOrDefault(static e => e.Parent is ArgumentSyntax);
        if (handedOver?.Parent?.Parent?.Parent is { } site && model.GetOperation(site, cancellationToken) is IInvocationOperation call && MoveToThreads.Changes(model, call, cancellationToken) is { } changes)
            yield return new("Run it on a ThreadExecutor", nameof(MoveToThreads), changes);
    }
}
