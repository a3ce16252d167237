using System.Diagnostics;

namespace Tandem.Benchmarks.Runtime;

/// <summary>The locks and queues beside CPython's multiprocessing.</summary>
internal static class PrimitiveBenchmark
{
    public static async Task<int> RunAsync()
    {
        var table = new ComparisonTable(Peer.Measure("primitives.py"));
        const int Rounds = 1_000_000;

        using (var processLock = new ProcessLock())
        {
            Work.Hammer(processLock, Rounds);
            var watch = Stopwatch.StartNew();
            Work.Hammer(processLock, Rounds);
            table.Add("lock free", "ProcessLock, free", watch.Elapsed.TotalMicroseconds / Rounds, "25 ns");

            using var executor = new ProcessExecutor(2);
            await Task.WhenAll(executor.Submit(Work.Hammer, processLock, 10_000), executor.Submit(Work.Hammer, processLock, 10_000));
            watch.Restart();
            await Task.WhenAll(executor.Submit(Work.Hammer, processLock, Rounds), executor.Submit(Work.Hammer, processLock, Rounds));
            table.Add("lock contended", "ProcessLock, contended by 2 processes", watch.Elapsed.TotalMicroseconds / (2 * Rounds), "150 ns");
        }

        using (var queue = new ProcessQueue<int>(10_000))
        using (var executor = new ProcessExecutor(1))
        {
            foreach (var items in (int[])[10_000, Rounds])
            {
                var producer = executor.Submit(Work.Produce, queue, items);
                queue.Take();
                var watch = Stopwatch.StartNew();
                for (var i = 1; i < items; i++) queue.Take();
                if (items == Rounds) table.Add("queue", "ProcessQueue, ints, one way", watch.Elapsed.TotalMicroseconds / items, "0.2 µs");
                await producer;
            }
        }

        table.Print();
        return 0;
    }
}
