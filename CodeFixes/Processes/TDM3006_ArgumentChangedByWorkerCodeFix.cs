using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>TDM3006: the work gives the changed argument back, and the caller goes on with that.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ArgumentChangedByWorkerCodeFix))]
public sealed class ArgumentChangedByWorkerCodeFix() : TextCodeFixProvider("TDM3006")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (reported.AncestorsAndSelf().OfType<ArgumentSyntax>().FirstOrDefault() is { Parent.Parent: InvocationExpressionSyntax site } argument
            && model.GetOperation(site, cancellationToken) is IInvocationOperation call && ReturnArgument.Changes(model, call, argument) is { } changes)
            yield return new($"Return '{argument.Expression}' from the work", "ReturnArgument", changes);
    }
}
