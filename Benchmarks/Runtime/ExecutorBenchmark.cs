using System.Diagnostics;

namespace Tandem.Benchmarks.Runtime;

/// <summary>The executors beside CPython's concurrent.futures.</summary>
internal static class ExecutorBenchmark
{
    public static async Task<int> RunAsync()
    {
        var table = new ComparisonTable(Peer.Measure("executors.py"));

        var cold = new List<double>();
        for (var i = 0; i < 5; i++)
            cold.Add(await TimeAsync(async () =>
            {
                using var executor = new ProcessExecutor(2);
                await executor.Submit(Work.Twice, 1);
            }));
        table.Add("cold", "first result from a cold executor, and its end", cold.Order().ElementAt(2), "35 ms");

        var standby = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, MinWorkers = 1 });
            await Task.Delay(500);
            standby.Add(await TimeAsync(() => executor.Submit(Work.Twice, i)));
        }

        table.Add("standby", "first result from a standby worker", standby.Order().ElementAt(2), "1 ms");

        using (var executor = new ProcessExecutor(1))
        {
            table.Add("round trip", "process executor, submit → await, one at a time", await SteadyAsync(40, async () =>
            {
                for (var i = 0; i < 5_000; i++) await executor.Submit(Work.Twice, i);
            }) / 5_000, "10 µs");

            var block = new byte[64 << 20];
            table.Add("64 MiB", "64 MiB array as an argument", await SteadyAsync(12, () => executor.Submit(Work.Length, block)), "40 ms");
        }

        using (var executor = new ProcessExecutor(2))
        {
            table.Add("in flight", "process executor, 10,000 in flight, a task", await SteadyAsync(200, () => InFlightAsync(executor, 10_000)) / 10_000, "0.5 µs");
            table.Add("map", "Map over 1,000,000 ints, chunked, an item", await SteadyAsync(8, () => MapAsync(executor)) / 1_000_000, "0.02 µs");
            table.AddPlain("memory of an idle worker", $"{WorkerMemory():N0} MB", "35 MB");
        }

        using (var executor = new ThreadExecutor(2))
        {
            table.Add("threads in flight", "thread executor, 10,000 in flight, a task", await SteadyAsync(200, () => InFlightAsync(executor, 10_000)) / 10_000, "1 µs");
        }

        table.Print();
        return 0;
    }

    private static async Task InFlightAsync(Executor executor, int tasks) =>
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(i => executor.Submit(Work.Twice, i)));

    private static async Task MapAsync(Executor executor)
    {
        var count = 0;
        await foreach (var _ in executor.Map(Work.Twice, Enumerable.Range(0, 1_000_000), new MapOptions { ChunkSize = 10_000 }))
            count++;
        if (count != 1_000_000) throw new InvalidOperationException($"Map gave {count} results.");
    }

    /// <summary>The mean proportional set size of this process's children, in MB.</summary>
    private static double WorkerMemory()
    {
        var children = File.ReadAllText($"/proc/self/task/{Environment.ProcessId}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
            children.AddRange(File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return children.Distinct().Average(pid => File.ReadLines($"/proc/{pid}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Sum(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024));
    }

    /// <summary>The median of the last quarter of so many rounds: by then the just-in-time compiler has done its work, here and in the workers.</summary>
    private static async Task<double> SteadyAsync(int rounds, Func<Task> action)
    {
        var times = new List<double>();
        for (var i = 0; i < rounds; i++)
            times.Add(await TimeAsync(action));
        return times.Skip(3 * rounds / 4).Order().ElementAt(rounds / 8);
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed.TotalMicroseconds;
    }
}
