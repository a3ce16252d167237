using System.Collections.Generic;
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
        if (!diagnostic.Properties.ContainsKey(LockChoice.Existing)) yield break;
        var others = Race.ActsOf(diagnostic, reported.SyntaxTree.GetRoot(cancellationToken));
        if (ChosenLock.Around(model, [reported, .. others], diagnostic) is { } locked) yield return new($"Take {locked.Title}", "TakeGuard", locked.Changes);
    }
}
