using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.Analyzers.Tests.Verification;

/// <summary>
/// Code as it is while it is typed: cut off anywhere, a token missing anywhere. No analyzer throws on it, no fix throws that is offered for it.
/// </summary>
internal sealed class BrokenCode(IEnumerable<DiagnosticAnalyzer> analyzers, IEnumerable<CodeFixProvider> fixes)
{
    private readonly ImmutableArray<DiagnosticAnalyzer> _analyzers = [.. analyzers];
    private readonly ImmutableArray<CodeFixProvider> _fixes = [.. fixes];
    private readonly ConcurrentQueue<string> _failures = new();

    /// <summary>The source whole, cut off before each token, and without each token; of all these, at most <paramref name="limit"/>, evenly spread.</summary>
    public static IEnumerable<string> Variants(string source, int limit = int.MaxValue)
    {
        var tokens = CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens().Select(token => token.Span).Where(span => !span.IsEmpty).ToArray();
        string[] all = [source, .. tokens.Select(token => source[..token.Start]), .. tokens.Select(token => source.Remove(token.Start, token.Length))];
        var count = Math.Min(limit, all.Length);
        return Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)]);
    }

    /// <summary>Analyzes the variants, applies each fix offered for any, and fails with the first code on which something threw.</summary>
    public async Task VerifyAsync(IEnumerable<string> variants, ReferenceAssemblies? assemblies = null)
    {
        var (project, document) = await CreateProjectAsync(assemblies);
        await Parallel.ForEachAsync(variants, async (variant, cancellationToken) =>
        {
            if (_failures.IsEmpty) await AnalyzeAndFixAsync(project.Solution.WithDocumentText(document, SourceText.From(variant)).GetDocument(document)!, variant, cancellationToken);
        });
        Assert.True(_failures.IsEmpty, _failures.FirstOrDefault());
    }

    private static async Task<(Project Project, DocumentId Document)> CreateProjectAsync(ReferenceAssemblies? assemblies)
    {
        ImmutableArray<MetadataReference> references = assemblies is null ? [] : await assemblies.ResolveAsync(LanguageNames.CSharp, CancellationToken.None);
        if (assemblies == ReferenceAssemblies.Net.Net100) references = references.Add(ProjectDefaults.Tandem);

        var project = new AdhocWorkspace().AddProject(ProjectInfo.Create(ProjectId.CreateNewId(), VersionStamp.Default, "Broken", "Broken", LanguageNames.CSharp,
            compilationOptions: new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable),
            parseOptions: new CSharpParseOptions(ProjectDefaults.Newest),
            metadataReferences: references));
        var document = project.AddDocument("Broken.cs", "");
        return (document.Project, document.Id);
    }

    private async Task AnalyzeAndFixAsync(Document document, string source, CancellationToken cancellationToken)
    {
        var compilation = (await document.Project.GetCompilationAsync(cancellationToken))!;
        var analysis = compilation.WithAnalyzers(_analyzers, new CompilationWithAnalyzersOptions(
            document.Project.AnalyzerOptions, (exception, analyzer, _) => Record(analyzer, exception, source), concurrentAnalysis: true, logAnalyzerExecutionTime: false));

        // One diagnostic of each rule is repaired, another in each variant: most of the time goes into fixes that look at what they would give.
        foreach (var diagnostic in from d in await analysis.GetAnalyzerDiagnosticsAsync(cancellationToken)
                                   group d by d.Id into ofRule
                                   select ofRule.ElementAt(source.Length % ofRule.Count()))
            foreach (var fix in _fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
                try
                {
                    await FixAsync(document, diagnostic, fix, cancellationToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    Record(fix, exception, source);
                }
    }

    private static async Task FixAsync(Document document, Diagnostic diagnostic, CodeFixProvider fix, CancellationToken cancellationToken)
    {
        var actions = new List<CodeAction>();
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), cancellationToken));
        foreach (var action in actions)
            await action.GetOperationsAsync(document.Project.Solution, new Progress<CodeAnalysisProgress>(), cancellationToken);
    }

    private void Record(object culprit, Exception exception, string source) =>
        _failures.Enqueue($"{culprit.GetType().Name} threw on code that is being typed.\n\n{exception}\n\n{source}");
}
