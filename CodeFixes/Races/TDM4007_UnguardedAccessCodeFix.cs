using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4007: the lock that guards the state, around all that touches it here.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnguardedAccessCodeFix))]
public sealed class UnguardedAccessCodeFix() : TextCodeFixProvider("TDM4007")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (!diagnostic.Properties.ContainsKey(LockChoice.Existing) || !diagnostic.Properties.TryGetValue(Race.ActCount, out var count)) yield break;
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        var others = diagnostic.AdditionalLocations.Take(int.Parse(count!, CultureInfo.InvariantCulture)).Select(act => root.FindNode(act.SourceSpan, getInnermostNodeForTie: true));
        if (ChosenLock.Around(model, [reported, .. others], diagnostic) is { } locked) yield return new($"Take {locked.Title}", "TakeGuard", locked.Changes);
    }
}
