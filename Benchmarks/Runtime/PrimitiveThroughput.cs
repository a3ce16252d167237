using System.Diagnostics;
using Spectre.Console;

namespace Tandem.Benchmarks.Runtime;

/// <summary>What several processes get done together with one lock, one queue and a pipe each, in millions a second.</summary>
internal static class PrimitiveThroughput
{
    private const int Rounds = 400_000, RoundTrips = 40_000;

    public static async Task PrintAsync(IReadOnlyDictionary<string, double> peer)
    {
        var table = new Table().AddColumns("processes", "lock", "CPython", "queue, into one reader", "CPython", "pipe, round trips");
        foreach (var processes in (int[])[1, 2, 4, 8])
        {
            using var executor = new ProcessExecutor(processes);
            // Starts them all, and compiles what they run.
            await LockAsync(executor, processes, 100);
            table.AddRow(
                $"{processes}",
                $"{await LockAsync(executor, processes, Rounds / processes):N2}",
                Theirs($"lock {processes}"),
                $"{await QueueAsync(executor, processes, Rounds / processes):N2}",
                Theirs($"queue {processes}"),
                $"{await PipesAsync(executor, processes, RoundTrips / processes):N2}");
        }

        AnsiConsole.WriteLine("Millions a second, all processes together:");
        AnsiConsole.Write(table);

        string Theirs(string what) => peer.TryGetValue(what, out var microseconds) ? $"{1 / microseconds:N2}" : "–";
    }

    private static async Task<double> LockAsync(ProcessExecutor executor, int processes, int each)
    {
        using var processLock = new ProcessLock();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => executor.Submit(Work.Hammer, processLock, each)));
        return processes * each / watch.Elapsed.TotalMicroseconds;
    }

    private static async Task<double> QueueAsync(ProcessExecutor executor, int processes, int each)
    {
        using var queue = new ProcessQueue<int>(10_000);
        var watch = Stopwatch.StartNew();
        var producers = Enumerable.Range(0, processes).Select(_ => executor.Submit(Work.Produce, queue, each)).ToArray();
        for (var i = 0; i < processes * each; i++) queue.Take();
        var rate = processes * each / watch.Elapsed.TotalMicroseconds;
        await Task.WhenAll(producers);
        return rate;
    }

    private static async Task<double> PipesAsync(ProcessExecutor executor, int processes, int each)
    {
        var pipes = Enumerable.Range(0, processes).Select(_ => ProcessPipe.Create<int>()).ToArray();
        var echoes = pipes.Select(pipe => executor.Submit(Work.Echo, pipe.Right)).ToArray();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(pipes.Select(pipe => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < each; i++)
            {
                pipe.Left.Send(i);
                pipe.Left.Receive();
            }

            pipe.Left.Dispose();
        }, TaskCreationOptions.LongRunning)));
        var rate = processes * each / watch.Elapsed.TotalMicroseconds;
        await Task.WhenAll(echoes);
        return rate;
    }
}
