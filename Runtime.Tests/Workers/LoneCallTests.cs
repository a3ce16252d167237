using Tandem.Executors;
using Tandem.Platform;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>
/// Who awaits the only call that is under way goes on on the thread that watches the worker. Nobody may notice: whatever that code does,
/// results go on to come.
/// </summary>
[Collection(WorkerProcesses.Name)]
public sealed class LoneCallTests
{
    [Fact]
    public async Task WhoeverAwaitsALoneCall_MayBlockForTheNext()
    {
        await using var executor = Create();
        for (var i = 0; i < 3; i++)
        {
            await OnTheWatchAsync(executor, () =>
                Assert.Equal([4, 6], new[] { executor.Submit(Work.Double, 2), executor.Submit(Work.Double, 3) }.Select(static t => t.Soon().GetAwaiter().GetResult())));
        }
    }

    [Fact]
    public async Task WhoeverAwaitsALoneCall_MayBlockUntilOthersHaveUsedTheExecutor()
    {
        await using var executor = Create();
        using var end = new ManualResetEventSlim();
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = OnTheWatchAsync(executor, () =>
        {
            blocks.SetResult();
            Assert.True(end.Wait(Blocking.Patience));
        });
        await blocks.Task.Soon();
        for (var i = 0; i < 100; i++)
            Assert.Equal(2 * i, await executor.Submit(Work.Double, i).Soon());
        end.Set();
        await blocked.Soon();
    }

    [Fact]
    public async Task WhoeverAwaitsALoneCall_MayDisposeTheExecutor()
    {
        var executor = Create();
        await OnTheWatchAsync(executor, executor.Dispose);
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public async Task WhoeverCancelsALoneCall_RunsNobodysCode()
    {
        await using var executor = Create();
        await executor.Submit(Work.Double, 1).Soon();
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        var lone = executor.Submit(Rendezvous.Meet, meeting.Path, cancellation.Token);
        await meeting.NextAsync();
        var ran = lone.ContinueWith(static _ => Environment.CurrentManagedThreadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var canceller = await Blocking.Run(() =>
        {
            cancellation.Cancel();
            lone.ContinueWith(static _ => { }, TaskScheduler.Default).Soon().GetAwaiter().GetResult();
            return Environment.CurrentManagedThreadId;
        }).Soon();
        Assert.True(lone.IsCanceled);
        Assert.NotEqual(canceller, await ran.Soon());
    }

    [Fact]
    public async Task WhoeverAwaitsALoneCall_MayBlockForTheNext_AlsoAfterACrash()
    {
        await using var executor = Create();
        await executor.Submit(Work.Double, 1).Soon();
        var crash = executor.Submit(static () => Work.Die(Death.Kill));
        var next = crash.ContinueWith(_ => executor.Submit(Work.Double, 4).Soon().GetAwaiter().GetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Assert.Equal(8, await next.Soon());
        await Assert.ThrowsAsync<WorkerCrashedException>(() => crash);
    }

    [Fact]
    public async Task WhatThatCodeLeavesOnTheThread_TheNextDoesNotFind()
    {
        await using var executor = Create();
        for (var i = 0; i < 3; i++)
        {
            await OnTheWatchAsync(executor, static () =>
            {
                Assert.Null(SynchronizationContext.Current);
                Assert.True(Thread.CurrentThread.IsBackground);
                Assert.Equal(ThreadPriority.Normal, Thread.CurrentThread.Priority);
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                Thread.CurrentThread.IsBackground = false;
                Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
                Thread.CurrentThread.Interrupt();
            });
        }
    }

    [Fact]
    public void ItemsWhoseContinuationsTakeLong_AreTriedMoreAndMoreSeldom()
    {
        var items = new LoneItems();
        var item = new Item();
        Assert.True(items.AreWorthIt);
        Assert.Equal([8, 24, 56], new[] { 0, 0, 0 }.Select(_ =>
        {
            items.Ended(item, TimeSpan.TicksPerSecond);
            var skipped = 0;
            while (!items.AreWorthIt)
                skipped++;
            return skipped;
        }));
        items.Ended(item, 0);
        Assert.True(items.AreWorthIt);
        items.Ended(item, TimeSpan.TicksPerSecond);
        Assert.False(items.AreWorthIt);
    }

    /// <summary>Over shared memory, also where all other tests run over pipes, whose threads run nobody's code.</summary>
    private static ProcessExecutor Create() => new(new() { MaxWorkers = 1 }, WorkerCommand.Current with { IsPortable = false });

    /// <summary>Runs the code on the thread that watches the worker: where it awaits the only call of an idle one, before that ends.</summary>
    private static async Task OnTheWatchAsync(ProcessExecutor executor, Action code)
    {
        using var meeting = new Rendezvous();
        await executor.Submit(Work.Double, 1).Soon();
        for (var tries = 0; tries < 1000; tries++)
        {
            var lone = executor.Submit(Rendezvous.Meet, meeting.Path);
            _ = ReleaseAsync(meeting);
            await lone.ConfigureAwait(false);
            if (Thread.CurrentThread.Name?.StartsWith("Tandem ", StringComparison.Ordinal) != true)
                continue;
            code();
            return;
        }

        Assert.Fail("No code went on on the thread that watches the worker.");
    }

    private static async Task ReleaseAsync(Rendezvous meeting)
    {
        await Task.Yield();
        (await meeting.NextAsync()).Release();
    }

    [Fact]
    public async Task AShutdownWaitsForTheTaskOfALoneItem_NotForWhatAwaitsIt()
    {
        var items = new LoneItems();
        var item = new Item();
        items.End(item);
        var ended = items.WhenEnded();
        Assert.False(ended.IsCompleted);
        item.Fail(new InvalidOperationException());
        await ended.Soon();
        items.Ended(item, 0);
        Assert.True(items.WhenEnded().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task ALeaderThatIsRelievedBeforeItHasBegun_RunsWhatItHasTaken()
    {
        using var taken = new ManualResetEventSlim();
        using var led = new CountdownEvent(2);
        Leader? leader = null;
        var isFirst = true;
        var stayed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        leader = new Leader("Tandem test", () =>
        {
            led.Signal();
            if (!isFirst)
                return;
            isFirst = false;
            stayed.SetResult(leader!.Run(() => taken.Wait(Blocking.Patience)));
        });
        leader.Start();
        await Blocking.Run(() => Assert.True(led.Wait(Blocking.Patience))).Soon();
        Assert.False(stayed.Task.IsCompleted);
        taken.Set();
        Assert.False(await stayed.Task.Soon());
        LeaderRelief.Forget(leader);
    }

    private sealed class Item : WorkItem<int>
    {
        public Item()
            : base(CancellationToken.None, isLone: false)
        {
        }
    }
}
