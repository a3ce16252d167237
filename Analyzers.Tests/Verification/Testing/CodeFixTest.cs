using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>
/// Holds a code fix to what a test expects: applied to one diagnostic after the other, until none is left that it repairs, it gives the fixed
/// source; so does Fix all, in document, project and solution. Each single step changes something, compiles, and leaves fewer diagnostics.
/// </summary>
public abstract class CodeFixTest<TVerifier> : AnalyzerTest<TVerifier>
    where TVerifier : IVerifier, new()
{
    private static readonly (FixAllScope Scope, CodeFixTestBehaviors Skip)[] s_scopes =
    [
        (FixAllScope.Document, CodeFixTestBehaviors.SkipFixAllInDocumentCheck),
        (FixAllScope.Project, CodeFixTestBehaviors.SkipFixAllInProjectCheck),
        (FixAllScope.Solution, CodeFixTestBehaviors.SkipFixAllInSolutionCheck),
    ];

    /// <summary>The state after all fixes; where it says nothing, the test state's references and settings hold. Marks in it are diagnostics that remain.</summary>
    public SolutionState FixedState { get; } = new();

    public string FixedCode { set => FixedState.Sources.Add(value); }

    /// <summary>The state after Fix all, where that differs from one fix at a time.</summary>
    public SolutionState BatchFixedState { get; } = new();

    public string BatchFixedCode { set => BatchFixedState.Sources.Add(value); }

    /// <summary>Which of the offered fixes is applied, counted from zero.</summary>
    public int? CodeActionIndex { get; set; }

    /// <summary>The equivalence key of the fix that is applied.</summary>
    public string? CodeActionEquivalenceKey { get; set; }

    /// <summary>How many single fixes it takes; a negative number means at most so many. By default at most one for each diagnostic; more is allowed only where a test says so.</summary>
    public int? NumberOfIncrementalIterations { get; set; }

    /// <summary>How many times Fix all is applied; a negative number means at most so many. By default at most once, in a document once for each document, and again for each further kind of fix.</summary>
    public int? NumberOfFixAllIterations { get; set; }

    public CodeFixTestBehaviors CodeFixTestBehaviors { get; set; }

    private CodeFixProvider[] Fixes => field ??= [.. GetCodeFixProviders()];

    public override async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await base.RunAsync(cancellationToken);

        var test = Resolve(TestState);
        var @fixed = FixedState.Sources.Count == 0 ? test : Resolve(FixedState, TestState);
        var batchFixed = BatchFixedState.Sources.Count == 0 ? @fixed : Resolve(BatchFixedState, TestState);
        await VerifyStateAsync("The fixed source", @fixed, cancellationToken);
        if (batchFixed != @fixed) await VerifyStateAsync("The batch-fixed source", batchFixed, cancellationToken);

        await VerifyOfferedFixesAsync(CreateProject(test), cancellationToken);
        var kinds = await VerifyOneAtATimeAsync(test, @fixed, cancellationToken);
        foreach (var (scope, skip) in s_scopes)
            if (!CodeFixTestBehaviors.HasFlag(skip)) await VerifyFixAllAsync(scope, test, batchFixed, kinds, cancellationToken);
    }

    protected abstract IEnumerable<CodeFixProvider> GetCodeFixProviders();

    /// <summary>Every fix that is offered for the test source is a good one, also one that the test does not choose.</summary>
    private async Task VerifyOfferedFixesAsync(Project project, CancellationToken cancellationToken)
    {
        var diagnostics = await AnalyzeInEditorAsync(project, cancellationToken);
        foreach (var diagnostic in diagnostics)
            foreach (var offered in await OfferedFixesAsync(project, diagnostic, cancellationToken))
                await ApplyOneAsync(project, diagnostics, offered, cancellationToken);
    }

    /// <summary>Gives how many kinds of fix, by equivalence key, the test chose.</summary>
    private async Task<int> VerifyOneAtATimeAsync(ResolvedState test, ResolvedState @fixed, CancellationToken cancellationToken)
    {
        var project = CreateProject(test);
        var diagnostics = await AnalyzeInEditorAsync(project, cancellationToken);
        var (iterations, limit) = (0, NumberOfIncrementalIterations ?? (test == @fixed ? 0 : -diagnostics.Length));
        var kinds = new HashSet<string>();

        while (await NextFixAsync(project, diagnostics, cancellationToken) is { } offered)
        {
            if (++iterations > Math.Abs(limit))
                Fail($"After {Math.Abs(limit)} fixes, one more is offered: '{offered.Action.Title}' for {DiagnosticComparison.Describe(offered.Diagnostic)}\n\n{Show(await CompileAsync(project, cancellationToken), diagnostics)}");
            kinds.Add(offered.Action.EquivalenceKey!);
            (project, diagnostics) = await ApplyOneAsync(project, diagnostics, offered, cancellationToken);
        }

        if (limit > 0 && iterations != limit) Fail($"The fix was applied {iterations} times, not {limit}.");
        await VerifyTextsAsync("Fixes applied one at a time", project, @fixed, cancellationToken);
        return kinds.Count;
    }

    private async Task VerifyFixAllAsync(FixAllScope scope, ResolvedState test, ResolvedState @fixed, int kinds, CancellationToken cancellationToken)
    {
        var project = CreateProject(test);
        var iterations = 0;
        var limit = NumberOfFixAllIterations ?? -kinds * (scope == FixAllScope.Document ? test.Sources.Length : 1);
        while (!await HasTextsAsync(project, @fixed, cancellationToken)
            && await NextFixAsync(project, await AnalyzeAsync(project, cancellationToken), cancellationToken) is { } offered)
        {
            if (++iterations > Math.Abs(limit)) break;
            var provider = offered.Provider.GetFixAllProvider();
            if (provider is null) Fail($"{offered.Provider.GetType().Name} has no Fix all provider.");

            var context = new FixAllContext(project.GetDocument(offered.Diagnostic.Location.SourceTree)!, offered.Provider, scope, offered.Action.EquivalenceKey!,
                offered.Provider.FixableDiagnosticIds, new FixAllDiagnostics(AnalyzeAsync), cancellationToken);
            if (await provider.GetFixAsync(context) is not { } action)
                Fail($"Fix all in {scope.ToString().ToLowerInvariant()} offers nothing, though a single fix is offered: '{offered.Action.Title}'.");
            else
                project = await ApplyAsync(project, action, cancellationToken);
        }

        if (limit > 0 && iterations != limit) Fail($"Fix all in {scope.ToString().ToLowerInvariant()} was applied {iterations} times, not {limit}.");
        await VerifyTextsAsync($"Fix all in {scope.ToString().ToLowerInvariant()}", project, @fixed, cancellationToken);
    }

    private async Task<OfferedFix?> NextFixAsync(Project project, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        foreach (var diagnostic in diagnostics.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan))
        {
            var offered = await OfferedFixesAsync(project, diagnostic, cancellationToken);
            if (CodeActionEquivalenceKey is { } key) offered = offered.FindAll(o => o.Action.EquivalenceKey == key);
            if (offered.ElementAtOrDefault(CodeActionIndex ?? 0) is { } next) return next;
        }

        return null;
    }

    private async Task<List<OfferedFix>> OfferedFixesAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var offered = new List<OfferedFix>();
        if (project.GetDocument(diagnostic.Location.SourceTree) is not { } document) return offered;

        foreach (var provider in Fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            var actions = new List<CodeAction>();
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), cancellationToken));
            offered.AddRange(actions.SelectMany(Leaves).Select(action => new OfferedFix(provider, diagnostic, action)));
        }

        // Fix all tells the kinds of fix apart by the key alone.
        if (offered.Exists(o => string.IsNullOrEmpty(o.Action.EquivalenceKey)) || offered.DistinctBy(o => o.Action.EquivalenceKey).Count() != offered.Count)
            Fail($"Each fix that is offered needs an equivalence key of its own: {string.Join(", ", offered.Select(o => $"'{o.Action.Title}' has '{o.Action.EquivalenceKey}'"))}.");
        return offered;

        static IEnumerable<CodeAction> Leaves(CodeAction action) =>
            action.NestedActions.IsEmpty ? [action] : action.NestedActions.SelectMany(Leaves);
    }

    private async Task<(Project Project, ImmutableArray<Diagnostic> Diagnostics)> ApplyOneAsync(
        Project project, ImmutableArray<Diagnostic> diagnostics, OfferedFix offered, CancellationToken cancellationToken)
    {
        var changed = await ApplyAsync(project, offered.Action, cancellationToken);
        var (before, after) = (await CompileAsync(project, cancellationToken), await CompileAsync(changed, cancellationToken));
        var left = await AnalyzeInEditorAsync(changed, cancellationToken);

        if (await HasTextsAsync(changed, await TextsAsync(project, cancellationToken), cancellationToken)) Reject("changes nothing");
        if (await DiffersWhenParsedAsync(changed, cancellationToken)) Reject("builds a syntax tree that its text does not parse to");
        if (More(Problems(before), Problems(after)) is [var problem, ..]) Reject($"does not leave code that compiles as it did: {problem} is new");
        // A test that says how many fixes it takes says with it that one may reveal what the next repairs.
        if (NumberOfIncrementalIterations is null)
        {
            if (More(diagnostics, left) is [var introduced, ..]) Reject($"introduces a new diagnostic, {introduced}");
            if (OfSameRule(left) == OfSameRule(diagnostics)) Reject("leaves its diagnostic");
        }

        return (changed, left);

        void Reject(string why) =>
            Fail($"The fix '{offered.Action.Title}' {why}. It was offered for {DiagnosticComparison.Describe(offered.Diagnostic)}\n\nBefore:\n{Show(before, diagnostics)}\nAfter:\n{Show(after, left.Concat(Problems(after)))}");

        int OfSameRule(ImmutableArray<Diagnostic> among) => among.Count(d => d.Id == offered.Diagnostic.Id);

        IEnumerable<Diagnostic> Problems(Compilation compilation) =>
            compilation.GetDiagnostics(cancellationToken).Where(d => d.Severity >= DiagnosticSeverity.Warning && !d.IsSuppressed && !DisabledDiagnostics.Contains(d.Id));

        static string[] More(IEnumerable<Diagnostic> before, IEnumerable<Diagnostic> after)
        {
            var counts = before.CountBy(d => d.Id).ToDictionary();
            return [.. after.CountBy(d => d.Id).Where(pair => pair.Value > counts.GetValueOrDefault(pair.Key)).Select(pair => pair.Key)];
        }
    }

    private async Task<Project> ApplyAsync(Project project, CodeAction action, CancellationToken cancellationToken)
    {
        var operations = await action.GetOperationsAsync(project.Solution, new Progress<CodeAnalysisProgress>(), cancellationToken);
        var changes = operations.OfType<ApplyChangesOperation>().SingleOrDefault();
        if (changes is null) Fail($"The fix '{action.Title}' changes nothing.");
        return changes.ChangedSolution.GetProject(project.Id)!;
    }

    private async Task VerifyTextsAsync(string what, Project project, ResolvedState expected, CancellationToken cancellationToken)
    {
        if (project.Documents.Count() != expected.Sources.Length)
            Fail($"{what} left {project.Documents.Count()} documents, not {expected.Sources.Length}.");
        foreach (var ((path, text), document) in expected.Sources.Zip(project.Documents))
        {
            var actual = (await document.GetTextAsync(cancellationToken)).ToString();
            if (actual != text) Fail($"{what} did not give the fixed source.\n\n{path}, - is what was expected, + what came:\n\n{LineDiff.Between(text, actual)}");
        }
    }

    private static Task<bool> HasTextsAsync(Project project, ResolvedState expected, CancellationToken cancellationToken) =>
        HasTextsAsync(project, expected.Sources.Select(source => source.Text), cancellationToken);

    private static async Task<bool> HasTextsAsync(Project project, IEnumerable<string> expected, CancellationToken cancellationToken) =>
        (await TextsAsync(project, cancellationToken)).SequenceEqual(expected);

    private static async Task<List<string>> TextsAsync(Project project, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        foreach (var document in project.Documents) texts.Add((await document.GetTextAsync(cancellationToken)).ToString());
        return texts;
    }

    private static async Task<bool> DiffersWhenParsedAsync(Project project, CancellationToken cancellationToken)
    {
        foreach (var document in project.Documents)
        {
            var tree = (await document.GetSyntaxTreeAsync(cancellationToken))!;
            if (!CSharpSyntaxTree.ParseText(tree.ToString(), (CSharpParseOptions)tree.Options, cancellationToken: cancellationToken).IsEquivalentTo(tree)) return true;
        }

        return false;
    }

    private sealed record OfferedFix(CodeFixProvider Provider, Diagnostic Diagnostic, CodeAction Action);
}
