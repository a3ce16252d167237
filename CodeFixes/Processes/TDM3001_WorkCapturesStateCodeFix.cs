using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>TDM3001: passes what the work captures as arguments, and makes it static.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(WorkCapturesStateCodeFix))]
public sealed class WorkCapturesStateCodeFix() : TextCodeFixProvider("TDM3001")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var handedOver = reported.AncestorsAndSelf().OfType<ExpressionSyntax>().FirstOrDefault(static e => e.Parent is ArgumentSyntax or AssignmentExpressionSyntax);
        if (handedOver is null || model.GetOperation(handedOver, cancellationToken) is not { } operation) yield break;

        // A delegate in a local may have other uses, which pass no arguments.
        var work = WorkValue.Unconverted(operation);
        var call = handedOver.Parent is ArgumentSyntax { Parent.Parent: { } site } ? model.GetOperation(site, cancellationToken) as IInvocationOperation : null;
        if (PassCaptures.Changes(model, call, work) is { } changes)
            yield return new("Pass what the work captures as arguments", "PassCaptures", changes);
    }
}
