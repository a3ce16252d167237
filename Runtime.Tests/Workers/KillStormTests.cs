using System.Collections.Concurrent;
using System.Diagnostics;
using Tandem.Runtime.Tests.Executors;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>
/// A random worker is killed each 50 ms beneath a stream of small tasks: each task ends exactly once, as its result or as a crash, and is run at
/// most once. TANDEM_STRESS_ROUNDS is the number of tasks; 100000 is the long form.
/// </summary>
[Collection(WorkerProcesses.Name)]
public sealed class KillStormTests(ITestOutputHelper output)
{
    /// <summary>How many tasks wait or run at a time.</summary>
    private const int Batch = 1000;

    private static readonly TimeSpan s_betweenKills = TimeSpan.FromMilliseconds(50);

    /// <summary>The workers that have run something: true, until they are killed. One that still starts is spared, or a slow machine would never come to run any.</summary>
    private readonly ConcurrentDictionary<int, bool> _targets = new();

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public async Task EachTask_EndsOnce_AndIsRunAtMostOnce(int workers)
    {
        var random = Stress.Seeded(output);
        var count = Stress.Rounds(usual: 5_000);
        using var runs = new SharedArray<int>(count);
        await using var executor = new ProcessExecutor(workers);
        using var stop = new CancellationTokenSource();
        var killer = KillAsync(random, stop.Token);
        var (succeeded, crashed) = (0, 0);
        try
        {
            for (var first = 0; first < count; first += Batch)
            {
                var batch = await RunAsync(executor, runs, Enumerable.Range(first, Math.Min(Batch, count - first)));
                (succeeded, crashed) = (succeeded + batch.Succeeded, crashed + batch.Crashed);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        var kills = await killer.Soon();
        output.WriteLine($"{succeeded} succeeded, {crashed} crashed, {kills} kills");
        Assert.Equal(count, succeeded + crashed);
        Assert.InRange(crashed, 0, kills);
        Assert.InRange(kills, 1, int.MaxValue);
    }

    private async Task<(int Succeeded, int Crashed)> RunAsync(ProcessExecutor executor, SharedArray<int> runs, IEnumerable<int> indexes)
    {
        var (succeeded, crashed) = (0, 0);
        foreach (var (index, task) in indexes.Select(i => (i, executor.Submit(Note, runs, i))).ToList())
        {
            try
            {
                var (noted, worker) = await task.Soon();
                Assert.Equal((index, 1), (noted, runs[index]));
                _targets.TryAdd(worker, true);
                succeeded++;
            }
            catch (WorkerCrashedException crash)
            {
                Assert.Equal("SIGKILL", crash.Signal);
                Assert.InRange(runs[index], 0, 1);
                crashed++;
            }
        }

        return (succeeded, crashed);
    }

    /// <summary>Some work, of which is noted that it was run.</summary>
    private static (int Index, int Worker) Note(SharedArray<int> runs, int index)
    {
        Interlocked.Increment(ref runs.Span[index]);
        Thread.SpinWait(2_000);
        return (index, Environment.ProcessId);
    }

    private async Task<int> KillAsync(Random random, CancellationToken stop)
    {
        var kills = 0;
        using var timer = new PeriodicTimer(s_betweenKills);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                if (_targets.Where(static t => t.Value).Select(static t => t.Key).Order().ToArray() is { Length: > 0 } targets && Kill(targets[random.Next(targets.Length)]))
                    kills++;
            }
        }
        catch (OperationCanceledException)
        {
        }

        return kills;
    }

    private bool Kill(int worker)
    {
        // Its last results may still come; false, it is no target again.
        _targets[worker] = false;
        try
        {
            using var process = Process.GetProcessById(worker);
            process.Kill();
            return true;
        }
        catch (ArgumentException)
        {
            // Gone already.
            return false;
        }
    }
}
