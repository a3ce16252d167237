using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>
/// Holds an analyzer to what a test expects: its sources compile, every expected diagnostic is reported at its very span and no other,
/// in a build as in an editor that looks at one file, and generated code stays untouched.
/// </summary>
public abstract class AnalyzerTest<TVerifier>
    where TVerifier : IVerifier, new()
{
    private protected const string ProjectName = "TestProject";

    public SolutionState TestState { get; } = new();

    public string TestCode { set => TestState.Sources.Add(value); }

    public List<DiagnosticResult> ExpectedDiagnostics => TestState.ExpectedDiagnostics;

    public ReferenceAssemblies ReferenceAssemblies { get; set; } = ReferenceAssemblies.Net.Net100;

    public CompilerDiagnostics CompilerDiagnostics { get; set; } = CompilerDiagnostics.Errors;

    public TestBehaviors TestBehaviors { get; set; }

    /// <summary>Compiler diagnostics that a test does not care for.</summary>
    public List<string> DisabledDiagnostics { get; } = [];

    /// <summary>Changes the solution after it is built from the state.</summary>
    public List<Func<Solution, ProjectId, Solution>> SolutionTransforms { get; } = [];

    private protected ImmutableArray<DiagnosticAnalyzer> Analyzers => field.IsDefault ? field = [.. GetDiagnosticAnalyzers()] : field;

    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await VerifyAsync(cancellationToken);
        }
        catch (VerificationException failure)
        {
            new TVerifier().Fail(failure.Message);
        }
    }

    private protected virtual async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var state = Resolve(TestState);
        var diagnostics = await VerifyStateAsync("The test source", state, cancellationToken);
        if (diagnostics.IsEmpty) return;

        await VerifyEditorAsync(state, diagnostics, cancellationToken);
        if (!TestBehaviors.HasFlag(TestBehaviors.SkipGeneratedCodeCheck)) await VerifyGeneratedCodeAsync(state, cancellationToken);
    }

    protected abstract IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers();

    protected virtual CSharpParseOptions CreateParseOptions() => new(LanguageVersion.Preview, DocumentationMode.Parse);

    protected virtual CSharpCompilationOptions CreateCompilationOptions() => new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true);

    private protected DiagnosticResult DiagnosticOf(string? name)
    {
        var rules = Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).ToArray();
        if (name is null && rules.Length != 1)
            throw new VerificationException($"'[|…|]' stands for the one rule of an analyzer; here there are {rules.Length}. Name the rule: '{{|{rules.FirstOrDefault()?.Id}:…|}}'.");
        return rules.FirstOrDefault(rule => name is null || rule.Id == name) is { } rule
            ? new DiagnosticResult(rule).WithOptions(DiagnosticOptions.IgnoreAdditionalLocations)
            : DiagnosticResult.CompilerError(name!).WithOptions(DiagnosticOptions.IgnoreAdditionalLocations | DiagnosticOptions.IgnoreSeverity);
    }

    private protected ResolvedState Resolve(SolutionState state, SolutionState? inherited = null) =>
        ResolvedState.Of(state, inherited, ReferenceAssemblies, DiagnosticOf);

    private protected Project CreateProject(ResolvedState state)
    {
        var parseOptions = CreateParseOptions();
        var trees = state.Sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, parseOptions).GetRoot());
        var outputKind = state.OutputKind
            ?? (trees.Any(root => root.ChildNodes().Any(node => node is GlobalStatementSyntax)) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary);

        var workspace = new AdhocWorkspace(MefHostServices.DefaultHost);
        var id = ProjectId.CreateNewId(ProjectName);
        var solution = workspace.CurrentSolution
            .AddProject(ProjectInfo.Create(id, VersionStamp.Default, ProjectName, ProjectName, LanguageNames.CSharp,
                compilationOptions: EnableAll(CreateCompilationOptions().WithOutputKind(outputKind)),
                parseOptions: parseOptions,
                metadataReferences: [.. state.References.References, .. state.AdditionalReferences]))
            // The same on every operating system, as the sources of the tests are.
            .WithOptions(workspace.Options.WithChangedOption(FormattingOptions.NewLine, LanguageNames.CSharp, "\n"));

        foreach (var (path, text) in state.Sources)
            solution = solution.AddDocument(DocumentId.CreateNewId(id), Path.GetFileName(path), SourceText.From(text), filePath: path);
        foreach (var (path, text) in state.AnalyzerConfigFiles)
            solution = solution.AddAnalyzerConfigDocument(DocumentId.CreateNewId(id), Path.GetFileName(path), text, filePath: path);
        foreach (var transform in SolutionTransforms)
            solution = transform(solution, id);
        return solution.GetProject(id)!;
    }

    /// <summary>Compiles the state and compares all that compiler and analyzer report with what it expects. Gives what the analyzer reported.</summary>
    private protected async Task<ImmutableArray<Diagnostic>> VerifyStateAsync(string what, ResolvedState state, CancellationToken cancellationToken)
    {
        var project = CreateProject(state);
        var compilation = await CompileAsync(project, cancellationToken);
        var ofCompiler = compilation.GetDiagnostics(cancellationToken).Where(IsVerified);
        var ofAnalyzers = await AnalyzeAsync(project, cancellationToken);
        var actual = ofCompiler.Concat(ofAnalyzers).OrderBy(d => d.Location.SourceTree?.FilePath).ThenBy(d => d.Location.SourceSpan).ToImmutableArray();

        if (DiagnosticComparison.Differences(state.Expected, actual) is { } differences)
            throw new VerificationException($"{what} does not report what was expected.\n\n{differences}\n{Show(compilation, actual)}");
        return ofAnalyzers;
    }

    private protected async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(Project project, CancellationToken cancellationToken)
    {
        var analysis = await StartAnalysisAsync(project, cancellationToken);
        var diagnostics = await analysis.GetAnalyzerDiagnosticsAsync(cancellationToken);
        return FailOnException(diagnostics);
    }

    /// <summary>What an editor shows for a file: diagnostics from that file's syntax and semantics, without a build of the whole.</summary>
    private protected async Task<ImmutableArray<Diagnostic>> AnalyzeInEditorAsync(Project project, CancellationToken cancellationToken)
    {
        var analysis = await StartAnalysisAsync(project, cancellationToken);
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var tree in analysis.Compilation.SyntaxTrees)
        {
            diagnostics.AddRange(await analysis.GetAnalyzerSyntaxDiagnosticsAsync(tree, cancellationToken));
            diagnostics.AddRange(await analysis.GetAnalyzerSemanticDiagnosticsAsync(analysis.Compilation.GetSemanticModel(tree), filterSpan: null, cancellationToken));
        }

        return FailOnException(diagnostics.DrainToImmutable());
    }

    private protected static async Task<Compilation> CompileAsync(Project project, CancellationToken cancellationToken) =>
        await project.GetCompilationAsync(cancellationToken) ?? throw new InvalidOperationException("The project has no compilation.");

    private protected static string Show(Compilation compilation, IEnumerable<Diagnostic> diagnostics) =>
        string.Join("\n", compilation.SyntaxTrees.Select(tree =>
            $"{tree.FilePath}, with what was reported:\n\n{TestFileMarkup.Mark(tree.ToString(), from d in diagnostics where d.Location.SourceTree == tree select (d.Id, d.Location.SourceSpan))}\n"));

    private bool IsVerified(Diagnostic diagnostic) =>
        !DisabledDiagnostics.Contains(diagnostic.Id) && !diagnostic.IsSuppressed && CompilerDiagnostics switch
        {
            CompilerDiagnostics.None => false,
            CompilerDiagnostics.Errors => diagnostic.Severity >= DiagnosticSeverity.Error,
            CompilerDiagnostics.Warnings => diagnostic.Severity >= DiagnosticSeverity.Warning,
            CompilerDiagnostics.Suggestions => diagnostic.Severity >= DiagnosticSeverity.Info,
            _ => true,
        };

    private async Task VerifyEditorAsync(ResolvedState state, ImmutableArray<Diagnostic> inBuild, CancellationToken cancellationToken)
    {
        var inEditor = await AnalyzeInEditorAsync(CreateProject(state), cancellationToken);
        var expected = inBuild.Select(DiagnosticComparison.Describe).Order().ToArray();
        var actual = inEditor.Select(DiagnosticComparison.Describe).Order().ToArray();
        if (!expected.SequenceEqual(actual))
            throw new VerificationException($"An editor that analyzes one file shows other diagnostics than the build.\n\nThe build:\n  {string.Join("\n  ", expected)}\nThe editor:\n  {string.Join("\n  ", actual)}\n");
    }

    private async Task VerifyGeneratedCodeAsync(ResolvedState state, CancellationToken cancellationToken)
    {
        var generated = state with { Sources = [.. state.Sources.Select(source => (source.Path, "// <auto-generated/>\n" + source.Text))] };
        var project = CreateProject(generated);
        if (await AnalyzeAsync(project, cancellationToken) is [_, ..] diagnostics)
            throw new VerificationException($"Generated code was not left alone.\n\n{Show(await CompileAsync(project, cancellationToken), diagnostics)}");
    }

    private async Task<CompilationWithAnalyzers> StartAnalysisAsync(Project project, CancellationToken cancellationToken) =>
        (await CompileAsync(project, cancellationToken)).WithAnalyzers(Analyzers, new CompilationWithAnalyzersOptions(
            project.AnalyzerOptions, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: false));

    private ImmutableArray<Diagnostic> FailOnException(ImmutableArray<Diagnostic> diagnostics)
    {
        if (diagnostics.FirstOrDefault(d => d.Id is "AD0001" or "AD0002") is { } thrown)
            throw new VerificationException($"The analyzer threw an exception.\n\n{thrown.GetMessage()}\n{thrown.Descriptor.Description}");
        return diagnostics;
    }

    // Rules that are off by default are on in tests.
    private CSharpCompilationOptions EnableAll(CSharpCompilationOptions options) =>
        options.WithSpecificDiagnosticOptions(options.SpecificDiagnosticOptions.SetItems(
            from analyzer in Analyzers
            from rule in analyzer.SupportedDiagnostics
            where !rule.IsEnabledByDefault
            select KeyValuePair.Create(rule.Id, rule.DefaultSeverity switch
            {
                DiagnosticSeverity.Error => ReportDiagnostic.Error,
                DiagnosticSeverity.Warning => ReportDiagnostic.Warn,
                DiagnosticSeverity.Info => ReportDiagnostic.Info,
                _ => ReportDiagnostic.Hidden,
            })));
}
