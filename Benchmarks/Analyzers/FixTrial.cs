using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Benchmarks.Analyzers;

/// <summary>
/// Applies every fix that is offered for a set of reports to the code as it stands: each by itself, then all of a document and all of a project
/// at once, and counts what that does. A result is good if it compiles as before, the reports that it was for are gone, and no new ones come.
/// </summary>
internal sealed class FixTrial(Solution solution, ImmutableArray<DiagnosticAnalyzer> analyzers)
{
    private readonly Dictionary<ProjectId, ProjectState> _before = [];
    private readonly SortedDictionary<string, FixCounts> _counts = new(StringComparer.Ordinal);

    public static async Task RunAsync(Solution solution, IReadOnlyList<(Project Project, Diagnostic Diagnostic)> reports, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var trial = new FixTrial(solution, analyzers);
        var offers = new List<FixOffer>();
        foreach (var (project, diagnostic) in reports)
        {
            if (diagnostic.Location.SourceTree is not { } tree || project.GetDocument(tree) is not { } document) continue;
            var found = await FixOffer.ForAsync(document, diagnostic);
            trial.CountsOf(diagnostic.Id, "one by one").Note(found.Count);
            offers.AddRange(found);
        }

        foreach (var offer in offers) await trial.ApplyAsync("one by one", offer.Action, [offer]);
        foreach (var same in offers.GroupBy(static offer => (offer.Document.Id, offer.Provider, offer.Action.EquivalenceKey)))
            await trial.ApplyAllAsync("all of a document", FixAllScope.Document, [.. same]);
        foreach (var same in offers.GroupBy(static offer => (offer.Document.Project.Id, offer.Provider, offer.Action.EquivalenceKey)))
            await trial.ApplyAllAsync("all of a project", FixAllScope.Project, [.. same]);
        foreach (var (what, counts) in trial._counts) Console.WriteLine($"  {what}: {counts}");
    }

    private FixCounts CountsOf(string id, string how)
    {
        var what = $"fixes of {id}, {how}";
        return _counts.TryGetValue(what, out var counts) ? counts : _counts[what] = new FixCounts();
    }

    private async Task ApplyAllAsync(string how, FixAllScope scope, IReadOnlyList<FixOffer> offers)
    {
        var (first, provider) = (offers[0], offers[0].Provider);
        if (provider.GetFixAllProvider() is not { } all) return;
        var source = new KnownDiagnostics(offers);
        var ids = offers.Select(static offer => offer.Diagnostic.Id).Distinct();
        var context = scope == FixAllScope.Document
            ? new FixAllContext(first.Document, provider, scope, first.Action.EquivalenceKey, ids, source, CancellationToken.None)
            : new FixAllContext(first.Document.Project, provider, scope, first.Action.EquivalenceKey, ids, source, CancellationToken.None);
        CountsOf(first.Diagnostic.Id, how).Note(1);
        await ApplyAsync(how, await all.GetFixAsync(context), offers);
    }

    private async Task ApplyAsync(string how, CodeAction? action, IReadOnlyList<FixOffer> offers)
    {
        var (id, project) = (offers[0].Diagnostic.Id, offers[0].Document.Project);
        var counts = CountsOf(id, how);
        var where = $"{id} {offers[0].Document.Name}:{offers[0].Diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1} '{offers[0].Action.Title}' {how}";
        var operations = action is null ? [] : await action.GetOperationsAsync(CancellationToken.None);
        var changes = operations.OfType<ApplyChangesOperation>().SingleOrDefault()?.ChangedSolution.GetChanges(solution).GetProjectChanges().ToList() ?? [];
        if (changes.Count == 0)
        {
            counts.Unchanged++;
            Console.WriteLine($"  changes nothing: {where}");
        }

        foreach (var change in changes)
        {
            if (!_before.TryGetValue(change.ProjectId, out var before)) _before[change.ProjectId] = before = await ProjectState.OfAsync(change.OldProject, analyzers);
            var after = await ProjectState.OfAsync(change.NewProject, analyzers);
            if (ProjectState.New(before.Errors, after.Errors) is [var error, ..])
            {
                counts.Broken++;
                Console.WriteLine($"  does not compile: {where}: {error}");
            }
            else if (change.ProjectId == project.Id && after.CountOf(id) > before.CountOf(id) - offers.Count)
            {
                counts.Remaining++;
                Console.WriteLine($"  its diagnostic remains: {where}: {before.CountOf(id)} before, {offers.Count} to go, {after.CountOf(id)} after");
            }
            else if (ProjectState.New(before.Ids, after.Ids) is [var introduced, ..])
            {
                counts.Introduced++;
                Console.WriteLine($"  a new diagnostic: {where}: {introduced}");
            }
        }
    }

    /// <summary>Gives a fix-all its diagnostics without running the analyzers again.</summary>
    private sealed class KnownDiagnostics(IReadOnlyList<FixOffer> offers) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult(offers.Where(offer => offer.Document.Id == document.Id).Select(static offer => offer.Diagnostic));

        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(offers.Where(offer => offer.Document.Project.Id == project.Id).Select(static offer => offer.Diagnostic));

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}

/// <summary>A fix that is offered for a report.</summary>
internal sealed record FixOffer(Document Document, Diagnostic Diagnostic, CodeFixProvider Provider, CodeAction Action)
{
    // Every code fix that Tandem ships.
    private static readonly ImmutableArray<CodeFixProvider> s_fixes =
    [
        .. from type in System.Reflection.Assembly.Load("Tandem.CodeFixes").GetTypes()
           where type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract
           select (CodeFixProvider)Activator.CreateInstance(type)!,
    ];

    public static async Task<List<FixOffer>> ForAsync(Document document, Diagnostic diagnostic)
    {
        var offers = new List<FixOffer>();
        foreach (var provider in s_fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => offers.Add(new FixOffer(document, diagnostic, provider, action)), CancellationToken.None));
        return offers;
    }
}

/// <summary>What the fixes of one rule did.</summary>
internal sealed class FixCounts
{
    private int _asked, _offered, _without;

    public int Unchanged { get; set; }

    public int Broken { get; set; }

    public int Remaining { get; set; }

    public int Introduced { get; set; }

    /// <summary>Counts a report, with the number of fixes that are offered for it.</summary>
    public void Note(int offered)
    {
        _asked++;
        _offered += offered;
        if (offered == 0) _without++;
    }

    public override string ToString() =>
        $"{_offered} applied ({_without} of {_asked} without one); {Unchanged} change nothing, {Broken} do not compile, {Remaining} leave their diagnostic, {Introduced} bring a new one";
}

/// <summary>The errors of a project and what the rules report in it.</summary>
internal sealed record ProjectState(IReadOnlyList<string> Errors, IReadOnlyList<string> Ids)
{
    public static async Task<ProjectState> OfAsync(Project project, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var compilation = (await project.GetCompilationAsync())!;
        var errors = compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error).Select(static d => d.Id + " " + d.GetMessage()).ToList();
        var reports = await compilation.WithAnalyzers(analyzers).GetAnalyzerDiagnosticsAsync();
        return new ProjectState(errors, [.. reports.Select(static report => report.Id)]);
    }

    public int CountOf(string id) => Ids.Count(other => other == id);

    /// <summary>What is in <paramref name="after"/> more often than in <paramref name="before"/>.</summary>
    public static List<string> New(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var counts = before.CountBy(static text => text).ToDictionary();
        return [.. after.CountBy(static text => text).Where(pair => pair.Value > counts.GetValueOrDefault(pair.Key)).Select(static pair => pair.Key)];
    }
}
