using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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

        // Each function takes the lock for itself.
        var holds = new List<IReadOnlyList<SyntaxNode>>();
        foreach (var function in uses.GroupBy(FunctionOf))
        {
            var ordered = function.OrderBy(static node => node.SpanStart).ToList();
            if (LockHolds.Of(model, ordered[0], [.. ordered.Skip(1)]) is not { } own) yield break;
            holds.AddRange(own);
        }

        if (ChosenLock.Around(model, holds, diagnostic) is { } locked) yield return new($"Use it under {locked.Title}", "LockUses", locked.Changes);
    }

    private static SyntaxNode? FunctionOf(SyntaxNode use) =>
        use.Ancestors().FirstOrDefault(static node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax);
}
