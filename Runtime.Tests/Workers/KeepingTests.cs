using System.Diagnostics;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Which workers are kept, which are let go or replaced, and what they ran is run again only where that was asked for.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class KeepingTests(ITestOutputHelper output)
{
    private const string Meeting = "TANDEM_TEST_MEETING";

    private static object? s_kept;

    [Fact]
    public async Task MinWorkers_StartWithoutWork_AndAreReplacedWhenKilled()
    {
        using var meeting = new Rendezvous();
        await using var executor = new ProcessExecutor(Announced(meeting, new() { MaxWorkers = 2, MinWorkers = 2 }));
        var arrivals = await meeting.NextAsync(2);
        for (var kills = 0; kills < 5; kills++)
        {
            // A stray kill may come while it still starts; that too is no reason to have one less.
            var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
            Process.GetProcessById(worker).Kill();
            await arrivals.Single(a => a.ProcessId == worker).GoneAsync();
            arrivals = [.. arrivals.Where(a => a.ProcessId != worker), await meeting.NextAsync()];
        }
    }

    [Fact]
    public async Task MinWorkers_WhoseInitializerFails_AreNotStartedForEver()
    {
        using var starts = new StartCounter(Death.Exit);
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, MinWorkers = 1, Initializer = static () => StartCounter.DieForTheFirst(3) });
        Assert.True(await Blocking.Run(() => SpinWait.SpinUntil(() => starts.Starts == 3, Blocking.Patience)));
        Assert.Equal(4, await SubmitUntilItWorks(executor));
        Assert.InRange(starts.Starts, 4, 5);
    }

    [Fact]
    public async Task IdleTimeout_LetsAWorkerGo_AndTheNextTaskHasAnother()
    {
        using var meeting = new Rendezvous();
        await using var executor = new ProcessExecutor(Announced(meeting, new() { MaxWorkers = 1, IdleTimeout = TimeSpan.FromMilliseconds(20) }));
        for (var i = 0; i < 3; i++)
        {
            var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
            var arrival = await meeting.NextAsync();
            Assert.Equal(worker, arrival.ProcessId);
            await arrival.GoneAsync();
        }
    }

    [Fact]
    public async Task IdleTimeout_KeepsMinWorkers()
    {
        using var meeting = new Rendezvous();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 3, MinWorkers = 1, IdleTimeout = TimeSpan.FromMilliseconds(20) });
        var tasks = Enumerable.Range(0, 3).Select(_ => executor.Submit(HoldAndMeet, meeting.Path)).ToList();
        var arrivals = await meeting.NextAsync(3);
        Array.ForEach(arrivals, static a => a.Release());
        var workers = await Task.WhenAll(tasks).Soon();
        var gone = arrivals.Select(a => a.GoneAsync()).ToList();
        await Task.WhenAny(gone).Soon();
        await await Task.WhenAny(gone.Where(g => !g.IsCompleted)).Soon();
        var left = await executor.Submit(static () => Environment.ProcessId).Soon();
        Assert.Contains(left, workers);
        Assert.Equal([left], WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MaxWorkerMemory_TakesAFreshProcessAfterATaskThatKeptTooMuch(bool isPortable)
    {
        await using var executor = new ProcessExecutor(new() { MaxWorkers = 1, MaxWorkerMemory = 300 << 20 }, WorkerCommand.Current with { IsPortable = isPortable || WorkerCommand.Current.IsPortable });
        var first = await executor.Submit(static () => Environment.ProcessId).Soon();
        Assert.Equal(first, await executor.Submit(static () =>
        {
            s_kept = Enumerable.Repeat((byte)1, 400 << 20).ToArray();
            return Environment.ProcessId;
        }).Soon());
        var second = await executor.Submit(static () => Environment.ProcessId).Soon();
        Assert.NotEqual(first, second);
        Assert.Equal(second, await executor.Submit(static () => Environment.ProcessId).Soon());
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(1, 2, false)]
    [InlineData(0, 1, false)]
    public async Task WorkMarkedIdempotent_IsRunAgain_AsOftenAsTheOptionsSay(int retries, int deaths, bool succeeds)
    {
        using var starts = new StartCounter(Death.Kill);
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, MaxRetries = retries, EnvironmentVariables = { ["TANDEM_TEST_DEATHS"] = $"{deaths}" } });
        var task = executor.Submit([Idempotent] static () => DieAndGiveOne());
        var next = executor.Submit(Work.Double, 2);
        if (succeeds)
            Assert.Equal(1, await task.Soon());
        else
            Assert.Equal("SIGKILL", (await Assert.ThrowsAsync<WorkerCrashedException>(() => task.Soon())).Signal);
        Assert.Equal(4, await next.Soon());
        Assert.Equal(retries + 1, starts.Starts);
    }

    [Fact]
    public async Task WhatIdempotentWorkWasGiven_IsThereTheNextTimeToo()
    {
        using var starts = new StartCounter(Death.Kill);
        using var queue = new ProcessQueue<int>();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, EnvironmentVariables = { ["TANDEM_TEST_DEATHS"] = "2" } });
        Assert.Equal(1 << 20, await executor.Submit([Idempotent] static (numbers, queue) =>
        {
            queue.Put(numbers.Length);
            return numbers.Length * DieAndGiveOne();
        }, new int[1 << 20], queue).Soon());
        Assert.Equal(3, queue.Count);
    }

    [Fact]
    public async Task WorkThatComesJustWhenAWorkerIsLetGo_IsRunOnce()
    {
        var random = Stress.Seeded(output);
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, IdleTimeout = TimeSpan.FromMilliseconds(1) });
        for (var i = 0; i < Stress.Rounds(20); i++)
        {
            Assert.Equal(2 * i, await executor.Submit(Work.Double, i).Soon());
            Thread.SpinWait(random.Next(1 << 18));
        }
    }

    [Fact]
    public async Task AChunkOfIdempotentWork_IsRunAgain()
    {
        using var starts = new StartCounter(Death.Kill);
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, EnvironmentVariables = { ["TANDEM_TEST_DEATHS"] = "1" } });
        var results = new List<int>();
        await foreach (var result in executor.Map([Idempotent] static (x) => x * DieAndGiveOne(), Enumerable.Range(1, 4), new() { ChunkSize = 2 }))
            results.Add(result);
        Assert.Equal([1, 2, 3, 4], results);
    }

    [Fact]
    public async Task OtherWork_IsNeverRunTwice()
    {
        using var starts = new StartCounter(Death.Kill);
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, EnvironmentVariables = { ["TANDEM_TEST_DEATHS"] = "1" } });
        await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () => DieAndGiveOne()).Soon());
        Assert.Equal(1, starts.Starts);
    }

    [Fact]
    public async Task IdempotentWorkThatIsCanceled_IsNotRunAgain()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(1);
        var task = executor.Submit([Idempotent] static (path) => Work.SpinForEver(path), meeting.Path, cancellation.Token);
        await meeting.NextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.Equal(1, await executor.Submit(static () => 1).Soon());
    }

    [Fact]
    public void NumbersOutOfTheirRange_AreRefused()
    {
        foreach (var options in (ProcessExecutorOptions[])
        [
            new() { MinWorkers = -1 }, new() { MinWorkers = 3, MaxWorkers = 2 }, new() { MaxRetries = -1 }, new() { MaxWorkerMemory = 0 },
            new() { IdleTimeout = TimeSpan.Zero }, new() { IdleTimeout = TimeSpan.FromSeconds(-2) }, new() { IdleTimeout = TimeSpan.MaxValue },
        ])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(options));
        }
    }

    private static ProcessExecutorOptions Announced(Rendezvous meeting, ProcessExecutorOptions options)
    {
        options.EnvironmentVariables[Meeting] = meeting.Path;
        options.Initializer = static () => Rendezvous.Announce(Environment.GetEnvironmentVariable(Meeting)!);
        return options;
    }

    private static int HoldAndMeet(string path)
    {
        var connection = Rendezvous.Announce(path);
        _ = connection.Receive(new byte[1]);
        return Environment.ProcessId;
    }

    private static int DieAndGiveOne()
    {
        StartCounter.DieForTheFirst(int.Parse(Environment.GetEnvironmentVariable("TANDEM_TEST_DEATHS")!, System.Globalization.CultureInfo.InvariantCulture));
        return 1;
    }

    /// <summary>The task may come while the third start still fails.</summary>
    private static async Task<int> SubmitUntilItWorks(ProcessExecutor executor)
    {
        try
        {
            return await executor.Submit(static () => 4).Soon();
        }
        catch (WorkerStartException)
        {
            return await executor.Submit(static () => 4).Soon();
        }
    }
}
