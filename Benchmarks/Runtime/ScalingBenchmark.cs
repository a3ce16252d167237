using System.Diagnostics;
using Spectre.Console;

namespace Tandem.Benchmarks.Runtime;

/// <summary>What TDM1001 is about: the same CPU-bound work on one worker and on one a core, on threads and on processes, with and without allocation.</summary>
internal static class ScalingBenchmark
{
    private const int Rounds = 40_000_000, Parts = 16;

    public static async Task<int> RunAsync()
    {
        var cores = Environment.ProcessorCount;
        var table = new Table().AddColumns("work", "workers", "1 worker", $"{cores} workers", "speed-up", $"{4 * cores} workers");
        foreach (var (name, work) in new (string, Func<int, int>)[] { ("computes", Work.Compute), ("allocates", Work.Allocate) })
        {
            foreach (var kind in (string[])["threads", "processes"])
            {
                var one = await MedianAsync(kind, 1, work);
                var many = await MedianAsync(kind, cores, work);
                var tooMany = await MedianAsync(kind, 4 * cores, work);
                table.AddRow(name, kind, $"{one:N0} ms", $"{many:N0} ms", $"{one / many:N2}", $"{tooMany:N0} ms");
            }
        }
        AnsiConsole.Write(table);
        return 0;
    }

    private static async Task<double> MedianAsync(string kind, int workers, Func<int, int> work)
    {
#pragma warning disable TDM1001 // threads are the peer that is measured
        using Executor executor = kind == "threads" ? new ThreadExecutor(workers) : new ProcessExecutor(workers);
#pragma warning restore TDM1001
        await RunAsync(executor, work, Rounds / 10);
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            await RunAsync(executor, work, Rounds);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        return times.Order().ElementAt(times.Count / 2);
    }

    private static async Task RunAsync(Executor executor, Func<int, int> work, int rounds) =>
        await Task.WhenAll(Enumerable.Range(0, Parts).Select(_ => executor.Submit(work, rounds / Parts)));
}
