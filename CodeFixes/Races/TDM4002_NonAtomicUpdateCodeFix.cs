using System.Collections.Generic;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4002: an Interlocked call where one does exactly the same; else the lock that guards the state, or a new one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NonAtomicUpdateCodeFix))]
public sealed class NonAtomicUpdateCodeFix() : TextCodeFixProvider("TDM4002")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (diagnostic.Properties.ContainsKey(NonAtomicUpdateFinder.IsInterlockable) && InterlockedUpdate.Of(model, reported, cancellationToken) is { } update)
            yield return new($"Use Interlocked.{update.Method}", "Interlocked", [update.Change]);

        if (ChosenLock.Around(model, [reported], diagnostic) is { } locked)
            yield return new($"Update under {locked.Title}", "LockUpdate", locked.Changes);
    }
}
