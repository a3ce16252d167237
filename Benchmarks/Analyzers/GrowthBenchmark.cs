using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers;

namespace Tandem.Benchmarks.Analyzers;

/// <summary>How the cost of each rule grows with the size of a file: one method of 2,000 statements and 50 acquires in 10,000 lines, and twice and four times that.</summary>
internal static class GrowthBenchmark
{
    private const int Lines = 10_000, Statements = 2_000, Acquires = 50;
    private const int Rounds = 3;

    public static async Task<int> RunAsync(string? only)
    {
        var analyzers = AnalyzerBenchmark.Rules(only);
        Console.WriteLine($"A method of {Statements:N0} statements and {Acquires} acquires in a file of {Lines:N0} lines; best of {Rounds}, in ms.");
        Console.WriteLine($"{"rule",-10}{"1x",10}{"2x",10}{"4x",10}{"4x/1x",10}");

        var costs = analyzers.ToDictionary(static analyzer => analyzer, static _ => new List<double>());
        var cores = new List<double>();
        foreach (var factor in new[] { 1, 2, 4 })
        {
            var source = Source(factor);
            var best = analyzers.ToDictionary(static analyzer => analyzer, static _ => double.MaxValue);
            var core = double.MaxValue;
            for (var round = 0; round < Rounds; round++)
            {
                var (times, used) = await MeasureAsync(source, analyzers);
                foreach (var (analyzer, time) in times) best[analyzer] = Math.Min(best[analyzer], time.TotalMilliseconds);
                core = Math.Min(core, used.TotalMilliseconds);
            }

            foreach (var analyzer in analyzers) costs[analyzer].Add(best[analyzer]);
            cores.Add(core);
        }

        foreach (var analyzer in analyzers)
            Console.WriteLine($"{analyzer.SupportedDiagnostics[0].Id,-10}{costs[analyzer][0],10:N1}{costs[analyzer][1],10:N1}{costs[analyzer][2],10:N1}{costs[analyzer][2] / costs[analyzer][0],10:N1}");
        Console.WriteLine($"{"core time",-10}{cores[0],10:N1}{cores[1],10:N1}{cores[2],10:N1}{cores[2] / cores[0],10:N1}   of all together, binding included: what a busy machine leaves comparable");
        return 0;
    }

    private static async Task<(IEnumerable<(DiagnosticAnalyzer Analyzer, TimeSpan Time)> Times, TimeSpan Core)> MeasureAsync(string source, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path));
        var tree = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview), "Growth.cs");
        var compilation = CSharpCompilation.Create("Growth", [tree], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        if (compilation.GetDiagnostics().FirstOrDefault(static d => d.Severity == DiagnosticSeverity.Error) is { } error) throw new InvalidOperationException(error.ToString());

        var run = compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: true));
        var before = Environment.CpuUsage.TotalTime;
        var result = await run.GetAnalysisResultAsync(CancellationToken.None);
        return (result.AnalyzerTelemetryInfo.Select(static entry => (entry.Key, entry.Value.ExecutionTime)), Environment.CpuUsage.TotalTime - before);
    }

    /// <summary>Sections that take a lock, branch, call and give it back, and filler around them up to the number of lines.</summary>
    private static string Source(int factor)
    {
        var text = new StringBuilder("using System;\nusing System.Threading;\nclass Growth\n{\n    private readonly object _gate = new(), _other = new();\n    private readonly SemaphoreSlim _semaphore = new(1);\n    private int _count;\n\n    public void Large(bool flag)\n    {\n");
        var perSection = Statements / Acquires;
        for (var section = 0; section < Acquires * factor; section++)
        {
            text.Append((section % 4) switch
            {
                0 => "        Monitor.Enter(_gate);\n        try\n        {\n",
                1 => "        var taken" + section + " = Monitor.TryEnter(_other, 10);\n        try\n        {\n",
                2 => "        _semaphore.Wait();\n        try\n        {\n",
                _ => "        Monitor.Enter(_other);\n        {\n",
            });
            for (var statement = 0; statement < perSection - 3; statement++)
                text.Append(statement % 8 == 0 ? "            if (flag) Console.WriteLine(_count);\n" : "            _count += " + statement + ";\n");
            text.Append((section % 4) switch
            {
                0 => "        }\n        finally\n        {\n            Monitor.Exit(_gate);\n        }\n",
                1 => "        }\n        finally\n        {\n            if (taken" + section + ") Monitor.Exit(_other);\n        }\n",
                2 => "        }\n        finally\n        {\n            _semaphore.Release();\n        }\n",
                _ => "        }\n        Monitor.Exit(_other);\n",
            });
        }

        text.Append("    }\n");
        var lines = text.ToString().Count(static c => c == '\n');
        for (var filler = 0; lines < Lines * factor; filler++, lines += 5)
            text.Append("    public int Filler" + filler + "(int n)\n    {\n        lock (_gate) _count += n;\n        return n * _count;\n    }\n");
        return text.Append("}\n").ToString();
    }
}
