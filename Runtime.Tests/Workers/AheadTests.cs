using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Workers whose tasks are short are given some ahead of time. Nobody may notice: not the order of things, not a crash, not a cancellation.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class AheadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ShortWorkBehindLongWork_GoesToTheOtherWorker()
    {
        using var meeting = new Rendezvous();
        await using var executor = new ProcessExecutor(2);
        await RunShortWorkAsync(executor);
        for (var round = 0; round < 10; round++)
        {
            var before = SubmitShort(executor, 300);
            var @long = executor.Submit(Rendezvous.Meet, meeting.Path);
            var after = SubmitShort(executor, 300);
            var arrival = await meeting.NextAsync();
            await AssertAllAsync(before);
            await AssertAllAsync(after);
            Assert.False(@long.IsCompleted);
            arrival.Release();
            Assert.Equal(arrival.ProcessId, await @long.Soon());
        }
    }

    [Fact]
    public async Task LongWorkBehindLongWork_RunsAtTheSameTime_AlsoWhileTheExecutorShutsDown()
    {
        using var meeting = new Rendezvous();
        var executor = new ProcessExecutor(2);
        await RunShortWorkAsync(executor);
        var first = SubmitShort(executor, 500);
        var @long = Enumerable.Range(0, 2).Select(_ => executor.Submit(Rendezvous.Meet, meeting.Path)).ToList();
        var end = executor.ShutdownAsync();

        // Both at once, though one worker may have held both.
        foreach (var arrival in await meeting.NextAsync(2))
            arrival.Release();
        await AssertAllAsync(first);
        await Task.WhenAll(@long).Soon();
        await end.Soon();
    }

    [Fact]
    public async Task WhatAStoppedWorkerHolds_GoesToTheOther()
    {
        await using var executor = new ProcessExecutor(2);
        await RunShortWorkAsync(executor);
        for (var round = 0; round < 5; round++)
        {
            var tasks = SubmitShort(executor, 3000);
            var stopped = WorkerProcesses.ChildrenOf(Environment.ProcessId)[0];
            StopSignals.Stop(stopped);
            try
            {
                // All but the one that it runs, if it runs any.
                var ended = 0;
                using var impatience = new CancellationTokenSource(Blocking.Patience);
                await foreach (var _ in Task.WhenEach(tasks).WithCancellation(impatience.Token))
                {
                    if (++ended == tasks.Count - 1)
                        break;
                }
            }
            finally
            {
                StopSignals.Continue(stopped);
            }

            await AssertAllAsync(tasks);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ACrashAmongManyShortTasks_FailsItsOwnOnly(int workers)
    {
        var random = Stress.Seeded(output);
        await using var executor = new ProcessExecutor(workers);
        for (var round = 0; round < 5; round++)
        {
            await RunShortWorkAsync(executor);
            var fatal = random.Next(2000);
            var tasks = Enumerable.Range(0, 2000).Select(i => i == fatal ? executor.Submit(static i => DieAndGive(i), i) : executor.Submit(Work.Double, i)).ToList();
            var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => tasks[fatal].Soon());
            Assert.Equal("SIGKILL", crash.Signal);
            tasks[fatal] = Task.FromResult(2 * fatal);
            await AssertAllAsync(tasks);
        }
    }

    [Fact]
    public async Task CancelingSomeOfManyShortTasks_HurtsNoOther()
    {
        var random = Stress.Seeded(output);
        await using var executor = new ProcessExecutor(2);
        for (var round = 0; round < 5; round++)
        {
            await RunShortWorkAsync(executor);
            using var cancellation = new CancellationTokenSource();
            var isCanceled = Enumerable.Range(0, 2000).Select(_ => random.Next(10) == 0).ToList();
            var tasks = isCanceled.Select((canceled, i) => executor.Submit(Work.Double, i, canceled ? cancellation.Token : default)).ToList();
            await tasks[random.Next(500)].ContinueWith(static _ => { }, TaskScheduler.Default).Soon();
            cancellation.Cancel();
            for (var i = 0; i < tasks.Count; i++)
            {
                try
                {
                    Assert.Equal(2 * i, await tasks[i].Soon());
                }
                catch (OperationCanceledException)
                {
                    Assert.True(isCanceled[i]);
                }
            }
        }
    }

    [Fact]
    public async Task Shutdown_CancelsWhatWorkersHoldAheadToo()
    {
        using var meeting = new Rendezvous();
        var executor = new ProcessExecutor(1);
        await RunShortWorkAsync(executor);
        var before = SubmitShort(executor, 300);
        var @long = executor.Submit(Rendezvous.Meet, meeting.Path);
        var after = SubmitShort(executor, 300);
        var arrival = await meeting.NextAsync();
        var end = executor.ShutdownAsync(cancelPending: true);
        await AssertAllAsync(before);
        foreach (var task in after)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        arrival.Release();
        Assert.Equal(arrival.ProcessId, await @long.Soon());
        await end.Soon();
    }

    /// <summary>After this the workers are known to be quick.</summary>
    private static Task RunShortWorkAsync(ProcessExecutor executor) => AssertAllAsync(SubmitShort(executor, 3000));

    private static List<Task<int>> SubmitShort(ProcessExecutor executor, int count) =>
        [.. Enumerable.Range(0, count).Select(i => executor.Submit(Work.Double, i))];

    private static async Task AssertAllAsync(List<Task<int>> tasks)
    {
        var results = await Task.WhenAll(tasks).Soon();
        Assert.Equal(Enumerable.Range(0, tasks.Count).Select(static i => 2 * i), results);
    }

    private static int DieAndGive(int value)
    {
        Work.Die(Death.Kill);
        return value;
    }
}
