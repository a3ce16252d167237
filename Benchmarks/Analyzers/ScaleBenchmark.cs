using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.Benchmarks.Analyzers;

/// <summary>
/// How the cost of the rules grows with the project, from 25,000 lines to 400,000 of real code taken as one project, and what an edit of one
/// of its files costs. Core time, with the compiler's own binding of the same code beside it, so that a busy machine leaves it comparable.
/// </summary>
internal static class ScaleBenchmark
{
    private const int Edits = 15;

    private static readonly int[] s_sizes = [25_000, 50_000, 100_000, 200_000, 400_000];

    public static async Task<int> RunAsync(string folder, string? only)
    {
        var analyzers = AnalyzerBenchmark.Rules(only);
        using var workspace = new AdhocWorkspace();
        var solution = LooseProject.Load(folder, workspace);
        var project = solution.Projects.First();
        var trees = new List<SyntaxTree>();
        foreach (var document in solution.Projects.SelectMany(static p => p.Documents))
            if (await document.GetSyntaxTreeAsync() is { } tree && !document.Name.EndsWith("GlobalUsings.g.cs", StringComparison.Ordinal)) trees.Add(tree);

        // Neighbours belong together, so each size is a run of whole files.
        Console.WriteLine($"{"lines",10}{"files",8}{"binding",12}{"rules",12}{"a 1,000 lines",16}{"edit, median",15}{"edit, worst",14}   ms of core time; an edit is of one method's body");
        await MeasureAsync(project, [.. Take(trees, s_sizes[0])], analyzers);
        foreach (var size in s_sizes)
        {
            var part = Take(trees, size).ToList();
            if (Lines(part) < size * 9 / 10) break;
            var (binding, rules) = await MeasureAsync(project, part, analyzers);
            var edits = await EditAsync(project, part, analyzers);
            Console.WriteLine($"{Lines(part),10:N0}{part.Count,8:N0}{binding,12:N0}{rules,12:N0}{rules * 1000 / Lines(part),16:N2}{edits[edits.Count / 2],15:N1}{edits[^1],14:N1}");
        }

        return 0;
    }

    private static IEnumerable<SyntaxTree> Take(IEnumerable<SyntaxTree> trees, int lines)
    {
        foreach (var tree in trees)
        {
            if (lines <= 0) yield break;
            lines -= tree.GetText().Lines.Count;
            yield return tree;
        }
    }

    private static long Lines(IEnumerable<SyntaxTree> trees) => trees.Sum(static tree => (long)tree.GetText().Lines.Count);

    private static CSharpCompilation Compile(Project project, IEnumerable<SyntaxTree> trees) =>
        CSharpCompilation.Create("Joined", trees, project.MetadataReferences, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));

    /// <summary>What the compiler takes to bind it all, and what the rules add to a run that binds it all anyway.</summary>
    private static async Task<(double Binding, double Rules)> MeasureAsync(Project project, List<SyntaxTree> trees, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var binding = await CoreTimeAsync(() => Run(trees, [new EmptyAnalyzer()]));
        var all = await CoreTimeAsync(() => Run(trees, [new EmptyAnalyzer(), .. analyzers]));
        return (binding, Math.Max(0, all - binding));

        Task Run(List<SyntaxTree> trees, ImmutableArray<DiagnosticAnalyzer> analyzers) => Compile(project, Anew(trees)).WithAnalyzers(analyzers, Options).GetAnalyzerDiagnosticsAsync();
    }

    /// <summary>The same files, of which nothing is known yet.</summary>
    private static IEnumerable<SyntaxTree> Anew(IEnumerable<SyntaxTree> trees) => trees.Select(static tree => tree.WithRootAndOptions(tree.GetRoot(), tree.Options));

    /// <summary>What the rules add to the binding of the file that was edited, in a project that has been analysed before: the least of three for each file, in order.</summary>
    private static async Task<List<double>> EditAsync(Project project, List<SyntaxTree> trees, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var compilation = Compile(project, trees);
        await compilation.WithAnalyzers(analyzers, Options).GetAnalyzerDiagnosticsAsync();
        var times = new List<double>();
        for (var edit = 0; edit < Edits; edit++)
        {
            var tree = trees[(int)((edit + 0.5) * trees.Count / Edits)];
            var text = tree.GetText();
            double with = double.MaxValue, without = double.MaxValue;
            for (var round = 0; round < 3; round++)
            {
                // A line at the end is a change like any other to whoever keeps what it knows by tree.
                var edited = compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(text.WithChanges(new TextChange(new TextSpan(text.Length, 0), "\n// edited " + round))));
                var changed = edited.SyntaxTrees.First(other => other.FilePath == tree.FilePath && !trees.Contains(other));
                edited.GetSemanticModel(changed).GetDiagnostics();
                without = Math.Min(without, await CoreTimeAsync(() => edited.WithAnalyzers([new EmptyAnalyzer()], Options).GetAnalyzerSemanticDiagnosticsAsync(edited.GetSemanticModel(changed), null, default)));
                with = Math.Min(with, await CoreTimeAsync(() => edited.WithAnalyzers([new EmptyAnalyzer(), .. analyzers], Options).GetAnalyzerSemanticDiagnosticsAsync(edited.GetSemanticModel(changed), null, default)));
            }

            times.Add(Math.Max(0, with - without));
        }

        times.Sort();
        return times;
    }

    private static CompilationWithAnalyzersOptions Options => new(new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: false);

    private static async Task<double> CoreTimeAsync(Func<Task> work)
    {
        GC.Collect();
        var before = Environment.CpuUsage.TotalTime;
        await work();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    /// <summary>Has all operations made, as the rules of the SDK do, and looks at none.</summary>
#pragma warning disable RS1001, RS1022, RS1036 // It is no rule of anybody's.
    private sealed class EmptyAnalyzer : DiagnosticAnalyzer
    {
        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [new DiagnosticDescriptor("EMPTY", "", "", "", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

        public override void Initialize(AnalysisContext context)
        {
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.EnableConcurrentExecution();
            context.RegisterOperationBlockAction(static _ => { });
        }
    }
#pragma warning restore RS1001, RS1022, RS1036
}
