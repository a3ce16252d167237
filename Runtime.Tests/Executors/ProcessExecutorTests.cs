using System.Diagnostics;
using System.Numerics;
using Tandem.Runtime.Tests.Workers;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Executors;

[Collection(WorkerProcesses.Name)]
public sealed class ProcessExecutorTests : ExecutorContractTests
{
    private static readonly AsyncLocal<string?> s_ambient = new();
    private static int s_initialized;

    protected override Executor Create(int maxWorkers) => new ProcessExecutor(maxWorkers);

    [Fact]
    public void MaxWorkers_IsTheNumberOfCores()
    {
        using var executor = new ProcessExecutor();
        Assert.Equal(Environment.ProcessorCount, executor.MaxWorkers);
    }

    [Fact]
    public async Task Work_RunsInAnotherProcess_AndNeverInTheApplicationsMain()
    {
        await using var executor = new ProcessExecutor(1);
        Assert.NotEqual(Environment.ProcessId, await executor.Submit(static () => Environment.ProcessId).Soon());
        Assert.Equal("Tandem", await executor.Submit(static () => System.Reflection.Assembly.GetEntryAssembly()!.GetName().Name).Soon());
    }

    [Fact]
    public async Task Workers_AreUsedAgain_AndStartOnlyOnDemand()
    {
        await using var executor = new ProcessExecutor(4);
        var first = await executor.Submit(static () => Environment.ProcessId).Soon();
        for (var i = 0; i < 10; i++)
            Assert.Equal(first, await executor.Submit(static () => Environment.ProcessId).Soon());
        Assert.Equal([first], WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public async Task Dispose_LeavesNoProcessAndNoFile()
    {
        int worker;
        await using (var executor = new ProcessExecutor(2))
            worker = await executor.Submit(static () => Environment.ProcessId).Soon();
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetTempPath(), $"*-{worker}-*"));
    }

    [Fact]
    public async Task WorkOfAWiderType_GetsItsArgumentsAsTheyWereSubmitted()
    {
        await using var executor = new ProcessExecutor(1);
        Func<IEnumerable<int>, int> sum = static numbers => numbers.Sum();
        Assert.Equal(6, await executor.Submit<int[], int>(sum, [1, 2, 3]).Soon());
        Assert.Equal(7, await executor.Submit<List<int>, int>(sum, [3, 4]).Soon());
        Assert.Equal([3, 4], await Collect(executor.Map<int[], int>(sum, [[1, 2], [4]])));
        Func<Document, string> title = static document => $"{document.GetType().Name} {document.Title}";
        Assert.Equal("Letter a", await executor.Submit<Letter, string>(title, new Letter { Title = "a", To = "b" }).Soon());

        static async Task<List<T>> Collect<T>(IAsyncEnumerable<T> results)
        {
            var list = new List<T>();
            await foreach (var result in results)
                list.Add(result);
            return list;
        }
    }

    [Fact]
    public async Task AnItemThatCannotBeWritten_EndsTheMap_AfterTheResultsBeforeIt()
    {
        await using var executor = new ProcessExecutor(1);
        Document[] documents = [new() { Title = "a" }, new() { Title = "b" }, new() { Title = "c" }, new Letter { Title = "d" }, new() { Title = "e" }];
        var results = new List<string?>();
        var thrown = await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await foreach (var result in executor.Map(static document => document.Title, documents, new() { ChunkSize = 1, MaxInFlight = 10 }))
                results.Add(result);
        });
        Assert.Contains("Letter", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], results);
    }

    [Fact]
    public async Task AWorkerThatStillStarts_DoesNotKeepTheShutdown_OnceNoWorkWaitsForIt()
    {
        using var cancellation = new CancellationTokenSource();
        await using var canceledBefore = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Initializer = static () => Thread.Sleep(Timeout.Infinite) });
        await using var canceledAfter = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Initializer = static () => Thread.Sleep(Timeout.Infinite) });
        Task[] canceled = [canceledBefore.Submit(static () => 1, cancellation.Token), canceledAfter.Submit(static () => 1, cancellation.Token)];

        var shutdown = canceledAfter.ShutdownAsync();
        Assert.False(shutdown.IsCompleted);
        await cancellation.CancelAsync();

        await canceledBefore.ShutdownAsync().Soon();
        await shutdown.Soon();
        Assert.All(canceled, task => Assert.True(task.IsCanceled));
    }

    [Fact]
    public async Task WhatTheInitializerSetsForItsThread_EveryTaskFinds()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Initializer = static () => s_ambient.Value = "worker" });
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("worker", await executor.Submit(static () =>
            {
                var found = s_ambient.Value;
                s_ambient.Value = "work";
                return found;
            }).Soon());
        }
    }

    [Fact]
    public async Task MaxTasksPerWorker_TakesAFreshProcessAfterSoMany()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, MaxTasksPerWorker = 2 });
        var workers = new List<int>();
        for (var i = 0; i < 6; i++)
            workers.Add(await executor.Submit(static () => Environment.ProcessId).Soon());
        Assert.Equal([2, 2, 2], workers.GroupBy(w => w).Select(g => g.Count()));
    }

    [Fact]
    public async Task Initializer_RunsOnceInEachWorker()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Initializer = static () => s_initialized++ });
        Assert.Equal(1, await executor.Submit(static () => s_initialized).Soon());
        Assert.Equal(1, await executor.Submit(static () => s_initialized).Soon());
        Assert.Equal(0, s_initialized);
    }

    [Fact]
    public async Task Terminate_KillsWhatRunsAndCancelsWhatWaits()
    {
        using var meeting = new Rendezvous();
        var executor = new ProcessExecutor(1);
        var running = executor.Submit(Work.SpinForEver, meeting.Path);
        var pending = executor.Submit(static () => 1);
        var arrival = await meeting.NextAsync();
        await Blocking.Run(executor.Terminate).Soon();
        Assert.False(WorkerProcesses.IsAlive(arrival.ProcessId));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending.Soon());
        executor.Terminate();
        executor.Dispose();
        AtOnce.Throws<ObjectDisposedException>(() => executor.Submit(static () => 1));
    }

    [Fact]
    public async Task TerminateDuringShutdown_EndsIt()
    {
        using var meeting = new Rendezvous();
        var executor = new ProcessExecutor(1);
        var running = executor.Submit(Work.SpinForEver, meeting.Path);
        await meeting.NextAsync();
        var shutdown = executor.ShutdownAsync();
        executor.Terminate();
        await shutdown.Soon();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon());
    }

    [Fact]
    public async Task TerminateWhileWorkersStart_LeavesNone()
    {
        for (var i = 0; i < 5; i++)
        {
            var executor = new ProcessExecutor(2);
            var tasks = Enumerable.Range(0, 4).Select(_ => executor.Submit(static () => 1)).ToList();
            executor.Terminate();
            foreach (var task in tasks)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
            Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
        }
    }

    [Fact]
    public async Task Values_ComeOutAsTheyWentIn()
    {
        await using var executor = new ProcessExecutor(1);
        await Crosses(executor, new DateTime(2024, 2, 29, 12, 30, 0, DateTimeKind.Utc));
        await Crosses(executor, (1, "two", 3.0));
        await Crosses(executor, new Dictionary<(int, int), string> { [(1, 2)] = "x" });
        await Crosses(executor, new Dictionary<DayOfWeek, BigInteger> { [DayOfWeek.Friday] = BigInteger.Pow(7, 100) });
        await Crosses(executor, new[] { new Hidden(5), new Hidden(6) });
        await Crosses(executor, new List<Hidden> { new(5) });
        await Crosses(executor, new Order(7, [new("bolt", 2.5m)]) { Note = null });
        await Crosses<IReadOnlyList<string>>(executor, ["a", "b"]);
        await Crosses<Order?>(executor, null);
        await Crosses<int[]?>(executor, null);
        Assert.Equal(["a"], await executor.Submit(static items => items.ToArray(), (IEnumerable<string>)["a"]).Soon());
    }

    [Fact]
    public async Task ALargeArray_CrossesWhole()
    {
        await using var executor = new ProcessExecutor(1);
        var bytes = new byte[20_000_000];
        new Random(1).NextBytes(bytes);
        Assert.Equal(bytes, await executor.Submit(static b => b, bytes).Soon());
    }

    [Fact]
    public async Task ConsoleOutput_DoesNotDisturbTheChannel()
    {
        await using var executor = new ProcessExecutor(1);
        Assert.Equal(3, await executor.Submit(static () =>
        {
            Console.Write("");
            Console.Error.Write("");
            return Console.In.Read() + 4; // standard input is empty
        }).Soon());
    }

    [Fact]
    public async Task AnInterrupt_IsLeftToTheParent()
    {
        await using var executor = new ProcessExecutor(1);
        var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
        using (var interrupt = Process.Start("kill", ["-INT", $"{worker}"]))
            await interrupt.WaitForExitAsync().Soon();
        Assert.Equal(worker, await executor.Submit(static () => Environment.ProcessId).Soon());
    }

    [Fact]
    public async Task AnExecutorInsideAWorker_Works()
    {
        await using var executor = new ProcessExecutor(1);
        var ids = await executor.Submit(static async () =>
        {
            await using var inner = new ProcessExecutor(1);
            return new[] { Environment.ProcessId, await inner.Submit(static () => Environment.ProcessId) };
        }).Soon();
        Assert.Equal(3, ids.Append(Environment.ProcessId).Distinct().Count());
    }

    private static async Task Crosses<T>(Executor executor, T value) =>
        Assert.Equivalent(value, await executor.Submit(static v => v, value).Soon(), strict: true);

    private readonly struct Hidden(int value)
    {
        public int Value() => value;
    }

    private class Document
    {
        public string? Title { get; set; }
    }

    private sealed class Letter : Document
    {
        public string? To { get; set; }
    }

    private sealed record Order(int Id, Line[] Lines)
    {
        public string? Note { get; init; }
    }

    private sealed record Line(string Article, decimal Price);
}

[Collection(WorkerProcesses.Name)]
public sealed class ProcessMapTests : MapContractTests
{
    protected override Executor Create(int maxWorkers) => new ProcessExecutor(maxWorkers);

    [Fact]
    public async Task LeavingEarly_KillsWhatRuns()
    {
        using var meeting = new Rendezvous();
        await using var executor = new ProcessExecutor(2);
        var results = executor.Map(static path => Spin(path), ["", meeting.Path], new() { MaxInFlight = 2 }).GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync().AsTask().Soon());
        var spinning = await meeting.NextAsync();
        await results.DisposeAsync();
        await spinning.GoneAsync();

        static int Spin(string path)
        {
            if (path.Length > 0)
                Work.SpinForEver(path);
            return 0;
        }
    }
}

/// <summary>The same over what every operating system has.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class PortableProcessExecutorTests : ExecutorContractTests
{
    protected override Executor Create(int maxWorkers) =>
        maxWorkers < 1 ? new ProcessExecutor(maxWorkers) : new ProcessExecutor(new() { MaxWorkers = maxWorkers }, WorkerCommand.Current with { IsPortable = true });
}
