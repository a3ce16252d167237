using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4003: the collection's own operation that does both steps in one; where there is none, a lock around both.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ConcurrentCollectionStepsCodeFix))]
public sealed class ConcurrentCollectionStepsCodeFix() : TextCodeFixProvider("TDM4003")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (CollectionSteps.Of(model, reported, diagnostic, cancellationToken) is not { } steps) yield break;
        if ((AtomicUpdate.Of(steps) ?? AtomicAdd.Of(steps) ?? TestedTake.Of(steps) ?? FoundValue.Of(steps) ?? TestedRemoval.Of(steps)) is { } atomic) yield return atomic;
        if (ChosenLock.Around(model, [.. steps.Nodes], diagnostic) is { } locked) yield return new($"Take both steps under {locked.Title}", "LockSteps", locked.Changes);
    }
}
