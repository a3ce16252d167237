using System.Globalization;

namespace Tandem.Runtime.Tests.Executors;

/// <summary>What every executor promises, whatever its workers are.</summary>
public abstract class ExecutorContractTests
{
    private static readonly AsyncLocal<string?> s_tenant = new();

    protected abstract Executor Create(int maxWorkers);

    [Fact]
    public async Task Submit_PassesArgumentsAndGivesTheResult()
    {
        await using var executor = Create(2);
        Assert.Equal(7, await executor.Submit(static () => 7).Soon());
        Assert.Equal("a", await executor.Submit(static a => a, "a").Soon());
        Assert.Equal("a1", await executor.Submit(static (a, b) => a + b, "a", 1).Soon());
        Assert.Equal("a1True", await executor.Submit(static (a, b, c) => a + b + c, "a", 1, true).Soon());
        Assert.Equal("a1True2.5", await executor.Submit(static (a, b, c, d) => $"{a}{b}{c}{d:0.0}", "a", 1, true, 2.5).Soon());
    }

    [Fact]
    public async Task Submit_RunsWorkWithoutAResult()
    {
        using var meeting = new Rendezvous();
        await using var executor = Create(1);
        foreach (var (work, task) in new (string, Task)[]
        {
            ("Action<T>", executor.Submit(static path => { Rendezvous.Meet(path); }, meeting.Path)),
            ("Func<T, Task>", executor.Submit(static async path => { await Task.Yield(); Rendezvous.Meet(path); }, meeting.Path)),
            ("Action<T1, T2>", executor.Submit(static (path, _) => { Rendezvous.Meet(path); }, meeting.Path, 2)),
            ("Func<T1, T2, Task>", executor.Submit(static async (path, _) => { await Task.Yield(); Rendezvous.Meet(path); }, meeting.Path, 2)),
        })
        {
            (await meeting.NextAsync()).Release();
            await task.Soon();
            Assert.True(task.IsCompletedSuccessfully, work);
        }
    }

    [Fact]
    public async Task Submit_UnwrapsAsynchronousWork()
    {
        await using var executor = Create(2);
        Assert.Equal(7, await executor.Submit(static async () => { await Task.Yield(); return 7; }).Soon());
        Assert.Equal(8, await executor.Submit(static async a => { await Task.Yield(); return a; }, 8).Soon());
        Assert.Equal(9, await executor.Submit(static async (a, b) => { await Task.Yield(); return a + b; }, 4, 5).Soon());
        Assert.Equal(6, await executor.Submit(static async (a, b, c) => { await Task.Yield(); return a + b + c; }, 1, 2, 3).Soon());
        Assert.Equal(10, await executor.Submit(static async (a, b, c, d) => { await Task.Yield(); return a + b + c + d; }, 1, 2, 3, 4).Soon());
    }

    [Fact]
    public async Task Submit_TakesMethodsOfEveryStaticKind()
    {
        await using var executor = Create(1);
        Assert.Equal(6, await executor.Submit(Work.Double, 3).Soon());
        Assert.Equal(9, await executor.Submit(Local, 3).Soon());
        Assert.Equal(4, await executor.Submit(x => x + 1, 3).Soon());
        Assert.Equal("Int32", await executor.Submit(Work.NameOf<int>).Soon());
        Assert.Equal("String/Int32", await executor.Submit(Work.Of<string>.NameWith<int>).Soon());

        static int Local(int x) => 3 * x;
    }

    [Fact]
    public async Task WorkThatThrows_FailsItsTaskWithTheExceptionItself()
    {
        await using var executor = Create(1);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(Work.Throw, "on purpose").Soon());
        Assert.Equal("on purpose", thrown.Message);
        Assert.Contains(nameof(Work.Throw), thrown.StackTrace, StringComparison.Ordinal);

        thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(static async m => { await Task.Yield(); Work.Throw(m); }, "later").Soon());
        Assert.Equal("later", thrown.Message);
        Assert.Equal(1, await executor.Submit(static () => 1).Soon());
    }

    [Fact]
    public async Task WorkThatPromisesATaskAndGivesNull_FailsWithAnExplanation()
    {
        await using var executor = Create(1);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(static () => (Task<int>)null!).Soon());
        Assert.Contains("null", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_RunsInTheOrderOfSubmission_OneAtATimeForEachWorker()
    {
        using var meeting = new Rendezvous();
        await using var executor = Create(1);
        var holder = executor.Submit(Rendezvous.Meet, meeting.Path);
        var ended = new List<int>();
        var tasks = Enumerable.Range(0, 5).Select(async i =>
        {
            var result = await executor.Submit(static x => x, i);
            lock (ended)
                ended.Add(result);
        }).ToList();
        var first = await meeting.NextAsync();
        Assert.Empty(ended);
        first.Release();
        await Task.WhenAll(tasks).Soon();
        await holder.Soon();
        Assert.Equal([0, 1, 2, 3, 4], ended.Order());
    }

    [Fact]
    public async Task Workers_RunAtTheSameTime_NoMoreThanAllowed()
    {
        using var meeting = new Rendezvous();
        await using var executor = Create(2);
        Assert.Equal(2, executor.MaxWorkers);
        var tasks = Enumerable.Range(0, 3).Select(_ => executor.Submit(Rendezvous.Meet, meeting.Path)).ToList();
        var together = await meeting.NextAsync(2);
        var third = meeting.NextAsync();
        Assert.False(third.IsCompleted);
        together[0].Release();
        (await third).Release();
        together[1].Release();
        await Task.WhenAll(tasks).Soon();
    }

    [Fact]
    public async Task WhatATaskLeavesOnItsThread_TheNextDoesNotFind()
    {
        await using var executor = Create(1);
        var before = await executor.Submit(DescribeThread).Soon();
        await executor.Submit(static () =>
        {
            s_tenant.Value = "tenant";
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "minus ";
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            SynchronizationContext.SetSynchronizationContext(new NeverPosts());
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            ExecutionContext.SuppressFlow();
            Thread.CurrentThread.Interrupt();
        }).Soon();
        Assert.Equal(before, await executor.Submit(DescribeThread).Soon());

        await executor.Submit(static () => Thread.CurrentThread.Interrupt()).Soon();
        await executor.Submit(static () => Thread.Sleep(1)).Soon();
        await executor.Submit(static () => SynchronizationContext.SetSynchronizationContext(new NeverPosts())).Soon();
        Assert.Equal(1, await executor.Submit(static async () =>
        {
            await Task.Delay(1);
            return 1;
        }).Soon());
    }

    private static string DescribeThread() =>
        $"{s_tenant.Value} {CultureInfo.CurrentCulture.NumberFormat.NegativeSign} {CultureInfo.CurrentUICulture.NumberFormat.NegativeSign} {SynchronizationContext.Current} {Thread.CurrentThread.Priority} {ExecutionContext.IsFlowSuppressed()}";

    /// <summary>As that of a window whose thread has gone to do something else.</summary>
    private sealed class NeverPosts : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }

    [Fact]
    public async Task ACanceledToken_CancelsAtSubmit()
    {
        await using var executor = Create(1);
        var task = executor.Submit(static () => 1, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.True(task.IsCanceled);
    }

    [Fact]
    public async Task CancelingPendingWork_CancelsItAtOnce_AndItNeverRuns()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = Create(1);
        var holder = executor.Submit(Rendezvous.Meet, meeting.Path);
        var canceled = executor.Submit(Rendezvous.Meet, meeting.Path, cancellation.Token);
        var follower = executor.Submit(static () => 3);
        var first = await meeting.NextAsync();

        cancellation.Cancel();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled.Soon());
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.True(canceled.IsCanceled);

        first.Release();
        Assert.Equal(3, await follower.Soon());
        await holder.Soon();
    }

    [Fact]
    public async Task WorkThatTakesAToken_IsToldOfTheCancellation()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = Create(1);
        var task = executor.Submit(Work.WaitForCancellation, meeting.Path, cancellation.Token, cancellation.Token);
        var arrival = await meeting.NextAsync();
        cancellation.Cancel();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.Equal(cancellation.Token, thrown.CancellationToken);

        // It ended by itself, so its worker goes on.
        Assert.Equal(arrival.ProcessId, await executor.Submit(static () => Environment.ProcessId).Soon());
    }

    [Fact]
    public async Task Dispose_LetsAllSubmittedWorkEnd()
    {
        using var meeting = new Rendezvous();
        var executor = Create(1);
        var running = executor.Submit(Rendezvous.Meet, meeting.Path);
        var pending = executor.Submit(static () => 2);
        var arrival = await meeting.NextAsync();
        var disposal = Blocking.Run(executor.Dispose);
        var again = executor.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        arrival.Release();
        await disposal.Soon();
        await again.AsTask().Soon();
        Assert.True(running.IsCompletedSuccessfully && pending.IsCompletedSuccessfully);
        executor.Dispose();
        await executor.ShutdownAsync().Soon();
    }

    [Fact]
    public async Task Shutdown_CanCancelWhatWaits_AndLetsWhatRunsEnd()
    {
        using var meeting = new Rendezvous();
        var executor = Create(1);
        var running = executor.Submit(Rendezvous.Meet, meeting.Path);
        var pending = executor.Submit(static () => 2);
        var arrival = await meeting.NextAsync();
        var shutdown = executor.ShutdownAsync(cancelPending: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending.Soon());
        Assert.False(shutdown.IsCompleted);
        arrival.Release();
        await shutdown.Soon();
        Assert.True(running.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task AnExecutorThatWasNeverUsed_EndsAtOnce()
    {
        Create(2).Dispose();
        await Create(2).ShutdownAsync().Soon();
    }

    [Fact]
    public void SubmitAfterShutdown_NamesTheExecutorAndTheRemedy()
    {
        var executor = Create(1);
        executor.Dispose();
        var thrown = AtOnce.Throws<ObjectDisposedException>(() => executor.Submit(static () => 1));
        Assert.Equal(executor.GetType().Name, thrown.ObjectName);
        Assert.Contains("was shut down", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("make a new one", thrown.Message, StringComparison.Ordinal);
        AtOnce.Throws<ObjectDisposedException>(() => executor.Map(static x => x, [1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void NoWorkers_AreRefusedWithTheRemedy(int maxWorkers)
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => Create(maxWorkers));
        Assert.Equal("maxWorkers", thrown.ParamName);
        Assert.Contains("Give 1 or more", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoWork_IsRefused()
    {
        using var executor = Create(1);
        AtOnce.Throws<ArgumentNullException>("work", () => executor.Submit((Action)null!));
        AtOnce.Throws<ArgumentNullException>("work", () => executor.Map((Func<int, int>)null!, [1]));
        AtOnce.Throws<ArgumentNullException>("items", () => executor.Map(static x => x, (int[])null!));
    }

    [Fact]
    public async Task SubmittingFromManyThreads_LosesNothing()
    {
        await using var executor = Create(2);
        var submitters = Enumerable.Range(0, 4).Select(s => Blocking.Run(() =>
            Enumerable.Range(0, 100).Select(i => executor.Submit(static x => x, s * 100 + i)).ToList())).ToList();
        var tasks = (await Task.WhenAll(submitters).Soon()).SelectMany(t => t).ToList();
        Assert.Equal(Enumerable.Range(0, 400), (await Task.WhenAll(tasks).Soon()).Order());
    }

    [Fact]
    public async Task ShutdownRacingWithSubmit_EitherRunsTheWorkOrRefusesIt()
    {
        for (var round = 0; round < 20; round++)
        {
            var executor = Create(1);
            var submitter = Blocking.Run(() =>
            {
                var accepted = new List<Task<int>>();
                try
                {
                    while (true)
                        accepted.Add(executor.Submit(static () => 1));
                }
                catch (ObjectDisposedException)
                {
                    return accepted;
                }
            });
            await executor.ShutdownAsync(cancelPending: round % 2 == 0).Soon();
            foreach (var task in await submitter.Soon())
                Assert.True(task.IsCompleted);
        }
    }
}
