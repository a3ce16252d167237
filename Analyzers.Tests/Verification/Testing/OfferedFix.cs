using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A fix that is offered for a diagnostic.</summary>
internal sealed record OfferedFix(CodeFixProvider Provider, Diagnostic Diagnostic, CodeAction Action)
{
    public static async Task<List<OfferedFix>> OffersAsync(IEnumerable<CodeFixProvider> fixes, Project project, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var offered = new List<OfferedFix>();
        if (project.GetDocument(diagnostic.Location.SourceTree) is not { } document) return offered;

        foreach (var provider in fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            var actions = new List<CodeAction>();
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), cancellationToken));
            offered.AddRange(actions.SelectMany(Leaves).Select(action => new OfferedFix(provider, diagnostic, action)));
        }

        // Fix all tells the kinds of fix apart by the key alone.
        if (offered.Exists(o => string.IsNullOrEmpty(o.Action.EquivalenceKey)) || offered.DistinctBy(o => o.Action.EquivalenceKey).Count() != offered.Count)
            throw new VerificationException($"Each fix that is offered needs an equivalence key of its own: {string.Join(", ", offered.Select(o => $"'{o.Action.Title}' has '{o.Action.EquivalenceKey}'"))}.");
        return offered;

        static IEnumerable<CodeAction> Leaves(CodeAction action) =>
            action.NestedActions.IsEmpty ? [action] : action.NestedActions.SelectMany(Leaves);
    }
}
