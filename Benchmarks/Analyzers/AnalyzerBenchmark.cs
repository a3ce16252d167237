using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers;

namespace Tandem.Benchmarks.Analyzers;

/// <summary>Every rule over real code: what each reports, and what each costs by Roslyn's own telemetry.</summary>
internal static class AnalyzerBenchmark
{
    public static async Task<int> RunAsync(string folder, string[] options)
    {
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"There is no folder '{folder}'. Pass the root of a C# code base.");
            return 2;
        }

        var only = options.SkipWhile(o => o != "--rule").Skip(1).FirstOrDefault();
        var analyzers = Rules(only);
        if (analyzers.IsEmpty)
        {
            Console.Error.WriteLine(only is null ? "There are no rules to run." : $"There is no rule '{only}'; docs/rules lists them.");
            return 2;
        }

        // The first round of a process pays for compiling the analyzers themselves; a compiler server or an IDE has that behind it.
        if (options.Contains("--warm")) await MeasureAsync(folder, analyzers, []);
        return await MeasureAsync(folder, analyzers, options);
    }

    private static async Task<int> MeasureAsync(string folder, ImmutableArray<DiagnosticAnalyzer> analyzers, string[] options)
    {
        using var workspace = new AdhocWorkspace();
        var solution = LooseProject.Load(folder, workspace);
        var lines = 0L;
        var binding = TimeSpan.Zero;
        var cost = analyzers.ToDictionary(a => a, _ => TimeSpan.Zero);
        var reports = new List<(Project Project, Diagnostic Diagnostic)>();

        foreach (var id in solution.GetProjectDependencyGraph().GetTopologicallySortedProjects())
        {
            var project = solution.GetProject(id)!;
            if (await project.GetCompilationAsync() is not { } compilation) continue;
            lines += compilation.SyntaxTrees.Sum(t => (long)t.GetText().Lines.Count);

            var watch = Stopwatch.StartNew();
            compilation.GetDiagnostics();
            binding += watch.Elapsed;

            // Analysis runs on a copy that binds anew, so what an action is charged includes the binding that it is the first to ask for.
            var run = new CompilationWithAnalyzers(compilation, analyzers, new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: true, reportSuppressedDiagnostics: false));
            var result = await run.GetAnalysisResultAsync(CancellationToken.None);
            reports.AddRange(result.GetAllDiagnostics().Select(d => (project, d)));
            foreach (var (analyzer, telemetry) in result.AnalyzerTelemetryInfo)
                cost[analyzer] += telemetry.ExecutionTime;
        }

        reports.Sort((x, y) => (x.Diagnostic.Id, x.Diagnostic.Location.SourceTree?.FilePath, x.Diagnostic.Location.SourceSpan.Start).CompareTo((y.Diagnostic.Id, y.Diagnostic.Location.SourceTree?.FilePath, y.Diagnostic.Location.SourceSpan.Start)));
        if (options.Contains("--list")) List(folder, reports.Select(r => r.Diagnostic));

        Console.WriteLine($"{Path.GetFileName(Path.GetFullPath(folder))}: {lines:N0} lines in {solution.ProjectIds.Count} projects; the compiler binds them in {binding.TotalMilliseconds:N0} ms ({PerThousand(binding, lines)} ms per 1,000 lines)");
        foreach (var analyzer in analyzers)
        {
            var id = analyzer.SupportedDiagnostics[0].Id;
            Console.WriteLine($"  {id}  {reports.Count(r => r.Diagnostic.Id == id),5} reports  {PerThousand(cost[analyzer], lines),8} ms per 1,000 lines");
        }
        var all = cost.Values.Aggregate(TimeSpan.Zero, (sum, t) => sum + t);
        Console.WriteLine($"  all rules           {PerThousand(all, lines),13} ms per 1,000 lines");

        var crashes = reports.Count(r => r.Diagnostic.Id == "AD0001");
        foreach (var crash in reports.Where(r => r.Diagnostic.Id == "AD0001"))
            Console.WriteLine($"  CRASH {crash.Diagnostic.GetMessage()}");

        if (options.Contains("--fixes"))
            await FixTrial.RunAsync(solution, reports, analyzers);
        return crashes == 0 ? 0 : 1;
    }

    public static ImmutableArray<DiagnosticAnalyzer> Rules(string? only) =>
    [
        .. from type in typeof(TandemAnalyzer).Assembly.GetTypes()
           where type.IsSubclassOf(typeof(TandemAnalyzer)) && !type.IsAbstract
           let analyzer = (DiagnosticAnalyzer)Activator.CreateInstance(type)!
           where only is null || analyzer.SupportedDiagnostics.Any(d => d.Id.StartsWith(only, StringComparison.Ordinal))
           orderby analyzer.SupportedDiagnostics[0].Id
           select analyzer,
    ];

    private static void List(string folder, IEnumerable<Diagnostic> diagnostics)
    {
        // A crash has no place; it is listed last.
        foreach (var diagnostic in diagnostics.Where(d => d.Location.IsInSource))
        {
            var span = diagnostic.Location.GetLineSpan();
            var line = diagnostic.Location.SourceTree?.GetText().Lines[span.StartLinePosition.Line].ToString().Trim();
            Console.WriteLine($"{Path.GetRelativePath(folder, span.Path)}:{span.StartLinePosition.Line + 1}: {diagnostic.Severity} {diagnostic.Id}: {diagnostic.GetMessage()}\n    {line}");
        }
    }

    private static string PerThousand(TimeSpan time, long lines) => (time.TotalMilliseconds * 1000 / Math.Max(1, lines)).ToString("N2");
}
