using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>TDM3003: uses what is made for several processes in place of what is made for several threads; collects a lazy result in the worker.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnportableTypeCodeFix))]
public sealed class UnportableTypeCodeFix() : TextCodeFixProvider("TDM3003")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var call = reported.AncestorsAndSelf().OfType<InvocationExpressionSyntax>().Select(node => model.GetOperation(node, cancellationToken)).OfType<IInvocationOperation>()
            .FirstOrDefault(call => call.Arguments.Any(argument => argument.Syntax.Span.Contains(reported.Span)));
        if (call is null || Crossing.Of(call).FirstOrDefault(crossing => crossing.Place.SourceSpan == diagnostic.Location.SourceSpan) is not { } crossing) yield break;

        if (crossing.IsResult)
        {
            if (CollectedResult.Changes(model, call, crossing.Type) is { } collected)
                yield return new("Collect the result in the worker", "Collect", collected);
            yield break;
        }

        if (Portability.Of(model.Compilation).Find(crossing.Type, cancellationToken) is not { } refusal) yield break;
        if (Counterpart.Of(refusal.Culprit) is { } counterpart && counterpart.Changes(model, call, crossing, refusal, diagnostic.AdditionalLocations) is { } changes)
            yield return new($"Use a {counterpart.Name}", "Use" + counterpart.Name, changes);
        if (refusal.Path.Length == 0 && Part(refusal.Culprit) is { } part && crossing.Value!.Syntax is IdentifierNameSyntax or MemberAccessExpressionSyntax)
            yield return new($"Pass '{crossing.Value.Syntax}{part}'", "Pass" + part, [new TextChange(new TextSpan(crossing.Value.Syntax.Span.End, 0), part)]);
    }

    /// <summary>What of the value says it all, and can cross.</summary>
    private static string? Part(ITypeSymbol type) => type.OriginalDefinition.MetadataName() switch
    {
        "System.Text.StringBuilder" => ".ToString()",
        "System.Threading.CancellationTokenSource" => ".Token",
        "System.Lazy`1" => ".Value",
        _ => null,
    };
}
