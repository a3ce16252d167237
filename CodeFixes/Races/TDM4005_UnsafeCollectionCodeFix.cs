using System.Collections.Generic;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4005: the lock that guards the collection elsewhere, or a new one around all of its uses; or a concurrent collection, where it does all that is asked.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnsafeCollectionCodeFix))]
public sealed class UnsafeCollectionCodeFix() : TextCodeFixProvider("TDM4005")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (!diagnostic.Properties.ContainsKey(LockChoice.Existing) && ConcurrentReplacement.Of(model, reported, cancellationToken) is { } replacement) yield return replacement;

        var uses = Race.ActsOf(diagnostic, reported.SyntaxTree.GetRoot(cancellationToken)).Insert(0, reported);
        if (LockHolds.OfFunctions(model, uses) is { } holds && ChosenLock.Around(model, holds, diagnostic) is { } locked) yield return new($"Use it under {locked.Title}", "LockUses", locked.Changes);
    }
}
