namespace Tandem.Runtime.Tests.Executors;

public sealed class ThreadExecutorTests : ExecutorContractTests
{
    private static readonly AsyncLocal<string?> s_ambient = new();
    private static readonly AsyncLocal<object?> s_left = new();

    protected override Executor Create(int maxWorkers) => new ThreadExecutor(maxWorkers);

    [Fact]
    public void MaxWorkers_IsMoreThanCores_AsWorkOnThreadsWaits()
    {
        using var executor = new ThreadExecutor();
        Assert.Equal(Math.Min(32, Environment.ProcessorCount + 4), executor.MaxWorkers);
    }

    [Fact]
    public async Task Work_MayCapture()
    {
        await using var executor = new ThreadExecutor(1);
        var captured = new List<int>();
        await executor.Submit(() => captured.Add(1)).Soon();
        Assert.Equal([1], captured);
    }

    [Fact]
    public async Task CancelingRunningWork_LeavesItToItself()
    {
        using var release = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ThreadExecutor(1);
        var task = executor.Submit(() =>
        {
            started.Set();
            release.Wait();
            return 7;
        }, cancellation.Token);
        await Blocking.Run(() => Assert.True(started.Wait(Blocking.Patience)));
        cancellation.Cancel();
        Assert.False(task.IsCompleted);
        release.Set();
        Assert.Equal(7, await task.Soon());
    }

    [Fact]
    public async Task Initializer_RunsOnceOnEachThread()
    {
        var threads = new List<int>();
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions
        {
            MaxWorkers = 1,
            Initializer = () => threads.Add(Environment.CurrentManagedThreadId),
        });
        var worker = await executor.Submit(() => Environment.CurrentManagedThreadId).Soon();
        Assert.Equal(worker, await executor.Submit(() => Environment.CurrentManagedThreadId).Soon());
        Assert.Equal([worker], threads);
    }

    [Fact]
    public async Task AnInitializerThatAlwaysFails_FailsTheWorkThatWaits_WithoutEnd()
    {
        var runs = 0;
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions
        {
            MaxWorkers = 1,
            Initializer = () =>
            {
                Interlocked.Increment(ref runs);
                throw new InvalidOperationException("no licence");
            },
        });
        var thrown = await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(() => 1).Soon());
        Assert.Contains("no licence", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(thrown.InnerException);
        Assert.Equal(3, runs);
    }

    [Fact]
    public async Task AsyncLocals_NeitherComeInNorStay()
    {
        s_ambient.Value = "caller";
        await using var executor = new ThreadExecutor(1);
        Assert.Null(await executor.Submit(() =>
        {
            var found = s_ambient.Value;
            s_ambient.Value = "work";
            return found;
        }).Soon());
        Assert.Null(await executor.Submit(() => s_ambient.Value).Soon());
    }

    [Fact]
    public async Task AnIdleWorker_HoldsOnToNothingOfItsLastTask()
    {
        await using var executor = new ThreadExecutor(1);
        var left = await executor.Submit(() => new WeakReference(s_left.Value = new object())).Soon();
        await Blocking.Run(() => SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            return !left.IsAlive;
        }, Blocking.Patience)).Soon();
        Assert.False(left.IsAlive);
    }

    [Fact]
    public async Task WhatTheInitializerSets_EveryTaskFinds()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { MaxWorkers = 1, Initializer = () => s_ambient.Value = "worker" });
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("worker", await executor.Submit(() =>
            {
                var found = s_ambient.Value;
                s_ambient.Value = "work";
                return found;
            }).Soon());
        }
    }

    [Fact]
    public async Task DisposedByItsOwnWork_RefusesToWaitForItself()
    {
        await using var executor = new ThreadExecutor(1);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(() => executor.Dispose()).Soon());
        Assert.Contains("wait for itself", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposedByItsOwnAsynchronousWork_RefusesToWaitForItself()
    {
        await using var executor = new ThreadExecutor(1);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(async () =>
        {
            await Task.Yield();
            executor.Dispose();
        }).Soon());
        Assert.Contains("wait for itself", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposedByWhatItsWorkLeftBehind_IsDisposed()
    {
        var executor = new ThreadExecutor(1);
        var workIsOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leftBehind = new TaskCompletionSource<Task>();
        await executor.Submit(() => leftBehind.SetResult(Task.Run(async () =>
        {
            await workIsOver.Task;
            executor.Dispose();
        }))).Soon();
        workIsOver.SetResult();
        await (await leftBehind.Task).Soon();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => executor.Submit(() => 1));
    }

    [Fact]
    public async Task WorkThatInterruptsItsThread_HarmsNobodyElse()
    {
        await using var executor = new ThreadExecutor(1);
        var thread = await executor.Submit(() =>
        {
            Thread.CurrentThread.Interrupt();
            return Thread.CurrentThread;
        }).Soon();

        // The next work on the same thread, which waits and so would be hit.
        Assert.True(await executor.Submit(() => !thread.Join(1) && Thread.CurrentThread == thread).Soon());

        // An interrupt just as it is woken, and then none.
        for (var i = 0; i < 20_000; i++)
        {
            if (i % 2 == 0)
                thread.Interrupt();
            Assert.Equal(i, await executor.Submit(() => i).Soon());
        }
    }

    [Fact]
    public async Task Continuations_DoNotHoldTheWorker()
    {
        using var attached = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        await using var executor = new ThreadExecutor(1);
        var blocked = executor.Submit(attached.Wait).ContinueWith(_ => release.Wait(), TaskContinuationOptions.ExecuteSynchronously);
        attached.Set();
        Assert.Equal(2, await executor.Submit(() => 2).Soon());
        release.Set();
        await blocked.Soon();
    }
}

public sealed class ThreadMapTests : MapContractTests
{
    protected override Executor Create(int maxWorkers) => new ThreadExecutor(maxWorkers);

    [Fact]
    public async Task LeavingEarly_EndsAChunkAfterTheItemThatRuns()
    {
        using var running = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        await using var executor = new ThreadExecutor(1);
        var ran = 0;
        var results = executor.Map(
            (int _) =>
            {
                ran++;
                running.Set();
                release.Wait();
                return 0;
            },
            [1, 2, 3],
            new() { ChunkSize = 3 });
        using var leave = new CancellationTokenSource();
        var enumerator = results.GetAsyncEnumerator(leave.Token);
        var first = enumerator.MoveNextAsync().AsTask();
        await Blocking.Run(() => Assert.True(running.Wait(Blocking.Patience)));
        leave.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        release.Set();
        await executor.Submit(() => 1).Soon();
        Assert.Equal(1, ran);
    }
}
