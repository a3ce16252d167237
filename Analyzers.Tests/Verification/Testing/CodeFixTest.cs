using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeFixes;

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

    private protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await base.VerifyAsync(cancellationToken);

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
            foreach (var offered in await OfferedFix.OffersAsync(Fixes, project, diagnostic, cancellationToken))
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
                throw new VerificationException($"After {Math.Abs(limit)} fixes, one more is offered: '{offered.Action.Title}' for {DiagnosticComparison.Describe(offered.Diagnostic)}\n\n{Show(await CompileAsync(project, cancellationToken), diagnostics)}");
            kinds.Add(offered.Action.EquivalenceKey!);
            (project, diagnostics) = await ApplyOneAsync(project, diagnostics, offered, cancellationToken);
        }

        if (limit > 0 && iterations != limit) throw new VerificationException($"The fix was applied {iterations} times, not {limit}.");
        await VerifyTextsAsync("Fixes applied one at a time", project, @fixed, cancellationToken);
        return kinds.Count;
    }

    private async Task VerifyFixAllAsync(FixAllScope scope, ResolvedState test, ResolvedState @fixed, int kinds, CancellationToken cancellationToken)
    {
        var project = CreateProject(test);
        var iterations = 0;
        var limit = NumberOfFixAllIterations ?? -kinds * (scope == FixAllScope.Document ? test.Sources.Length : 1);
        while (!(await project.TextsAsync(cancellationToken)).SequenceEqual(@fixed.Sources.Select(source => source.Text))
            && await NextFixAsync(project, await AnalyzeAsync(project, cancellationToken), cancellationToken) is { } offered)
        {
            if (++iterations > Math.Abs(limit)) break;
            var provider = offered.Provider.GetFixAllProvider();
            if (provider is null) throw new VerificationException($"{offered.Provider.GetType().Name} has no Fix all provider.");

            var context = new FixAllContext(project.GetDocument(offered.Diagnostic.Location.SourceTree)!, offered.Provider, scope, offered.Action.EquivalenceKey!,
                offered.Provider.FixableDiagnosticIds, new FixAllDiagnostics(AnalyzeAsync), cancellationToken);
            if (await provider.GetFixAsync(context) is not { } action)
                throw new VerificationException($"Fix all in {scope.ToString().ToLowerInvariant()} offers nothing, though a single fix is offered: '{offered.Action.Title}'.");
            project = await action.ApplyAsync(project, cancellationToken);
        }

        if (limit > 0 && iterations != limit) throw new VerificationException($"Fix all in {scope.ToString().ToLowerInvariant()} was applied {iterations} times, not {limit}.");
        await VerifyTextsAsync($"Fix all in {scope.ToString().ToLowerInvariant()}", project, @fixed, cancellationToken);
    }

    private async Task<OfferedFix?> NextFixAsync(Project project, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        foreach (var diagnostic in diagnostics.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan))
        {
            var offered = await OfferedFix.OffersAsync(Fixes, project, diagnostic, cancellationToken);
            if (CodeActionEquivalenceKey is { } key) offered = offered.FindAll(o => o.Action.EquivalenceKey == key);
            if (offered.ElementAtOrDefault(CodeActionIndex ?? 0) is { } next) return next;
        }

        return null;
    }

    private async Task<(Project Project, ImmutableArray<Diagnostic> Diagnostics)> ApplyOneAsync(
        Project project, ImmutableArray<Diagnostic> diagnostics, OfferedFix offered, CancellationToken cancellationToken)
    {
        var changed = await offered.Action.ApplyAsync(project, cancellationToken);
        var (before, after) = (await CompileAsync(project, cancellationToken), await CompileAsync(changed, cancellationToken));
        var left = await AnalyzeInEditorAsync(changed, cancellationToken);

        if ((await changed.TextsAsync(cancellationToken)).SequenceEqual(await project.TextsAsync(cancellationToken))) Reject("changes nothing");
        if (await changed.DiffersWhenParsedAsync(cancellationToken)) Reject("builds a syntax tree that its text does not parse to");
        if (More(Problems(before).Select(Id), Problems(after).Select(Id)) is [var problem, ..]) Reject($"does not leave code that compiles as it did: {problem} is new");
        if (More(after.Comments(), before.Comments()) is [var comment, ..]) Reject($"loses the comment '{comment}'");
        // A test that says how many fixes it takes says with it that one may reveal what the next repairs.
        if (NumberOfIncrementalIterations is null)
        {
            if (More(diagnostics.Select(Id), left.Select(Id)) is [var introduced, ..]) Reject($"introduces a new diagnostic, {introduced}");
            if (OfSameRule(left) == OfSameRule(diagnostics)) Reject("leaves its diagnostic");
        }

        return (changed, left);

        void Reject(string why) =>
            throw new VerificationException($"The fix '{offered.Action.Title}' {why}. It was offered for {DiagnosticComparison.Describe(offered.Diagnostic)}\n\nBefore:\n{Show(before, diagnostics)}\nAfter:\n{Show(after, left.Concat(Problems(after)))}");

        int OfSameRule(ImmutableArray<Diagnostic> among) => among.Count(d => d.Id == offered.Diagnostic.Id);

        IEnumerable<Diagnostic> Problems(Compilation compilation) =>
            compilation.GetDiagnostics(cancellationToken).Where(d => d.Severity >= DiagnosticSeverity.Warning && !d.IsSuppressed && !DisabledDiagnostics.Contains(d.Id));

        static string Id(Diagnostic diagnostic) => diagnostic.Id;

        // What occurs more often in the second than in the first.
        static string[] More(IEnumerable<string> first, IEnumerable<string> second)
        {
            var counts = first.CountBy(text => text).ToDictionary();
            return [.. second.CountBy(text => text).Where(pair => pair.Value > counts.GetValueOrDefault(pair.Key)).Select(pair => pair.Key)];
        }
    }

    private async Task VerifyTextsAsync(string what, Project project, ResolvedState expected, CancellationToken cancellationToken)
    {
        var texts = await project.TextsAsync(cancellationToken);
        if (texts.Count != expected.Sources.Length)
            throw new VerificationException($"{what} left {texts.Count} documents, not {expected.Sources.Length}.");
        foreach (var ((path, text), actual) in expected.Sources.Zip(texts))
            if (actual != text) throw new VerificationException($"{what} did not give the fixed source.\n\n{path}, - is what was expected, + what came:\n\n{LineDiff.Between(text, actual)}");
    }
}
