using System.Diagnostics;
using System.Threading.Channels;

namespace Tandem.Benchmarks.Runtime;

/// <summary>The locks, queues, pipes and shared arrays beside CPython's multiprocessing, and beside what .NET has of its own.</summary>
internal static class PrimitiveBenchmark
{
    private const int Rounds = 1_000_000, RoundTrips = 100_000;

    public static async Task<int> RunAsync()
    {
        var peer = Peer.Measure("primitives.py");
        var table = new ComparisonTable(peer);
        using (var executor = new ProcessExecutor(2))
        {
            await AddLocksAsync(table, executor);
            await AddQueuesAsync(table, executor);
            await AddPipesAsync(table, executor);
            await AddArraysAsync(table, executor);
            await SignalBenchmark.AddAsync(table, executor);
        }

        table.Print();
        await PrimitiveThroughput.PrintAsync(peer);
        return 0;
    }

    private static async Task AddLocksAsync(ComparisonTable table, ProcessExecutor executor)
    {
        using var processLock = new ProcessLock();
        using var mutex = new Mutex(initiallyOwned: false, $"tandem-benchmark-{Environment.ProcessId}");
        Work.Hammer(processLock, Rounds);
        var free = Time(() => Work.Hammer(processLock, Rounds)) / Rounds;
        var mutexFree = Time(() => Work.Hammer(mutex, Rounds / 10)) / (Rounds / 10);
        table.Add("lock free", "ProcessLock, free", free, "25 ns", "named Mutex", mutexFree);

        await Twice(10_000, Work.Hammer, processLock);
        var contended = await TimeAsync(() => Twice(Rounds, Work.Hammer, processLock)) / (2 * Rounds);
        var name = $"tandem-benchmark-{Environment.ProcessId}";
        await Twice(1_000, Work.HammerMutex, name);
        var mutexContended = await TimeAsync(() => Twice(Rounds / 50, Work.HammerMutex, name)) / (2 * Rounds / 50);
        table.Add("lock contended", "ProcessLock, contended by 2 processes", contended, "150 ns", "named Mutex", mutexContended);

        Task Twice<T>(int rounds, Func<T, int, int> hammer, T argument) =>
            Task.WhenAll(executor.Submit(hammer, argument, rounds), executor.Submit(hammer, argument, rounds));
    }

    private static async Task AddQueuesAsync(ComparisonTable table, ProcessExecutor executor)
    {
        var microseconds = 0.0;
        using var queue = new ProcessQueue<int>(10_000);
        foreach (var items in (int[])[10_000, Rounds])
        {
            var producer = executor.Submit(Work.Produce, queue, items);
            queue.Take();
            microseconds = Time(() =>
            {
                for (var i = 1; i < items; i++) queue.Take();
            }) / items;
            await producer;
        }

        var channel = Channel.CreateBounded<int>(10_000);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++) await channel.Writer.WriteAsync(i);
            channel.Writer.Complete();
        });
        var channelMicroseconds = await TimeAsync(async () =>
        {
            await foreach (var _ in channel.Reader.ReadAllAsync()) { }
        }) / Rounds;
        await writing;
        table.Add("queue", "ProcessQueue, ints, one way", microseconds, "0.2 µs", "Channel, in one process", channelMicroseconds);

        var batches = executor.Submit(Work.ProduceBatches, queue, Rounds);
        queue.Take();
        var batched = Time(() =>
        {
            for (var taken = 1; taken < Rounds;) taken += queue.TakeMany(1_000).Length;
        }) / Rounds;
        await batches;
        table.Add("queue", "the same in batches of up to 1,000", batched, "–");
    }

    private static async Task AddPipesAsync(ComparisonTable table, ProcessExecutor executor)
    {
        var (here, there) = ProcessPipe.Create<int>();
        using var end = here;
        var echo = executor.Submit(Work.Echo, there);
        RoundTrip(RoundTrips / 10);
        var microseconds = Time(() => RoundTrip(RoundTrips)) / RoundTrips;
        end.Dispose();
        await echo;

        var path = Path.Combine(Path.GetTempPath(), $"tandem-benchmark-{Environment.ProcessId}");
        using var listener = Work.Listen(path);
        var socketEcho = executor.Submit(Work.EchoSocket, path);
        using var socket = listener.Accept();
        File.Delete(path);
        var socketMicroseconds = Time(() => Work.RoundTrip(socket, RoundTrips / 4)) / (RoundTrips / 4);
        socket.Dispose();
        await socketEcho;
        table.Add("pipe", "ProcessPipe, round trip of an int", microseconds, "5 µs", "Unix socket", socketMicroseconds);

        void RoundTrip(int times)
        {
            for (var i = 0; i < times; i++)
            {
                end.Send(i);
                if (end.Receive() != i) throw new InvalidOperationException("The echo is another.");
            }
        }
    }

    private static async Task AddArraysAsync(ComparisonTable table, ProcessExecutor executor)
    {
        using var array = new SharedArray<byte>(64 << 20);
        array.Span.Fill(1);
        var times = new List<double>();
        for (var i = 0; i < 40; i++)
            times.Add(await TimeAsync(() => executor.Submit(Work.Last, array)));
        table.Add("64 MiB shared", "SharedArray of 64 MiB, passed and its last byte read", times.Order().ElementAt(20), "1 ms");
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMicroseconds;
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed.TotalMicroseconds;
    }
}
