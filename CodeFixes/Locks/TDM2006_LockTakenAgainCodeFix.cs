using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Locks;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>Repairs TDM2006: the second acquire goes, with its release; a read lock that is upgraded becomes an upgradeable one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LockTakenAgainCodeFix))]
[Shared]
public sealed class LockTakenAgainCodeFix() : TextCodeFixProvider(Descriptors.LockTakenAgain.Id)
{
    private const string DropKey = "DropInnerAcquire", UpgradeKey = "EnterUpgradeableReadLock";

    /// <inheritdoc/>
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        var text = root.GetText();
        if (diagnostic.Properties.ContainsKey(LockTakenAgainAnalyzer.Upgrade))
        {
            var calls = diagnostic.AdditionalLocations.Select(location => root.FindNode(location.SourceSpan, getInnermostNodeForTie: true)).ToList();

            // A hold that nothing here gives back would be given back in the wrong mode elsewhere.
            if (calls.Count < 2 || calls.Select(Renamed) is var renamed && renamed.Any(static change => change is null)) yield break;
            if (UpgradedHold.Questions(calls) is not { } questions) yield break;
            yield return new TextFix("Enter the upgradeable read lock", UpgradeKey, [.. renamed.Select(static change => change!.Value), .. questions]);
        }

        if (diagnostic.Properties.ContainsKey(LockTakenAgainAnalyzer.Drop))
        {
            var releases = diagnostic.AdditionalLocations.Skip(1).Select(location => root.FindNode(location.SourceSpan, getInnermostNodeForTie: true)).ToList();
            if (InnerHold.Drop(text, model, reported, releases, cancellationToken) is { } changes) yield return new TextFix("Drop the second acquire", DropKey, [.. changes]);
        }
    }

    /// <summary><c>EnterReadLock</c> becomes <c>EnterUpgradeableReadLock</c>; so do its try form and its release.</summary>
    private static TextChange? Renamed(SyntaxNode call) => call switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: var name } } when name.Identifier.ValueText.EndsWith("ReadLock", System.StringComparison.Ordinal) =>
            new TextChange(name.Span, name.Identifier.ValueText.Replace("ReadLock", "UpgradeableReadLock")),
        _ => null,
    };
}
