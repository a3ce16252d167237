using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>What the fixes that change text have in common: each is tried before it is offered, and all of them combine where they do not overlap.</summary>
public abstract class TextCodeFixProvider : CodeFixProvider
{
    private protected TextCodeFixProvider(params string[] ids) => FixableDiagnosticIds = [.. ids];

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; }

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => new FixAll(this);

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var fix in await FixesThatCompileAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(fix.Title, cancellationToken => ApplyAsync(context.Document, fix.Changes, cancellationToken), fix.Key),
                    diagnostic);
            }
        }
    }

    /// <summary>The fixes for a diagnostic. They need not compile: one that does not is never offered.</summary>
    private protected abstract IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken);

    private async Task<List<TextFix>> FixesThatCompileAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var fixes = new List<TextFix>();
        if (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model) return fixes;

        var root = await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false);
        foreach (var fix in Fixes(model, root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), diagnostic, cancellationToken))
        {
            if (fix.Changes.IsEmpty || Overlap(fix.Changes)) continue;
            var changed = await ApplyAsync(document, fix.Changes, cancellationToken).ConfigureAwait(false);
            if (await changed.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } after && CompilesAsBefore(model, after, cancellationToken))
                fixes.Add(fix);
        }

        return fixes;
    }

    /// <summary>Whether two of the changes want the same code: no text comes of both.</summary>
    private static bool Overlap(IEnumerable<TextChange> changes)
    {
        var ordered = changes.OrderBy(static change => change.Span).ToList();
        return ordered.Zip(ordered.Skip(1), static (change, next) => next.Span.Start < change.Span.End).Any(static overlap => overlap);
    }

    // What was wrong before may stay so; nothing new may come.
    private static bool CompilesAsBefore(SemanticModel before, SemanticModel after, CancellationToken cancellationToken)
    {
        var known = Problems(before).ToDictionary(static problems => problems.Key, static problems => problems.Count());
        return Problems(after).All(problems => known.TryGetValue(problems.Key, out var count) && problems.Count() <= count);

        IEnumerable<IGrouping<string, Diagnostic>> Problems(SemanticModel model) =>
            model.GetDiagnostics(cancellationToken: cancellationToken).Where(static d => d.Severity >= DiagnosticSeverity.Warning).GroupBy(static d => d.Id);
    }

    private static async Task<Document> ApplyAsync(Document document, IEnumerable<TextChange> changes, CancellationToken cancellationToken)
    {
        var text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return document.WithText(text.WithChanges(changes.OrderBy(static change => change.Span)));
    }

    private sealed class FixAll(TextCodeFixProvider provider) : DocumentBasedFixAllProvider
    {
        protected override async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
        {
            // Two diagnostics may ask for the same change; of two that disagree, the second waits for the next round, and is looked for where it is by then.
            IReadOnlyList<Diagnostic> waiting = [.. diagnostics.OrderBy(static d => d.Location.SourceSpan)];
            while (waiting.Count > 0)
            {
                var changes = new HashSet<TextChange>();
                var next = new List<Diagnostic>();
                foreach (var diagnostic in waiting)
                {
                    var fixes = await provider.FixesThatCompileAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false);
                    if (fixes.Find(fix => fix.Key == context.CodeActionEquivalenceKey) is not { } fix) continue;
                    if (fix.Changes.All(change => changes.All(other => Agree(change, other)))) changes.UnionWith(fix.Changes);
                    else next.Add(diagnostic);
                }

                if (changes.Count == 0) break;
                document = await ApplyAsync(document, changes, context.CancellationToken).ConfigureAwait(false);
                if (next.Count == 0) break;
                var tree = await document.GetSyntaxTreeAsync(context.CancellationToken).ConfigureAwait(false);
                waiting = [.. next.Select(diagnostic => MovedDiagnostic.Of(diagnostic, changes, tree!)).OfType<Diagnostic>()];
            }

            return document;
        }

        private static bool Agree(TextChange change, TextChange other) => change == other || !change.Span.IntersectsWith(other.Span);
    }
}
