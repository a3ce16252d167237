using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Cancelling work that runs in a process ends it, for certain.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class CancellationTests
{
    [Fact]
    public async Task WorkWithoutAToken_IsKilled_AndItsWorkerReplaced()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(1);
        var task = executor.Submit(Work.SpinForEver, meeting.Path, cancellation.Token);
        var waiting = executor.Submit(static () => Environment.ProcessId);
        var arrival = await meeting.NextAsync();
        cancellation.Cancel();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.True(task.IsCanceled);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.False(WorkerProcesses.IsAlive(arrival.ProcessId));
        Assert.NotEqual(arrival.ProcessId, await waiting.Soon());
    }

    [Fact]
    public async Task WorkThatIgnoresItsToken_IsKilledAfterTheGracePeriod()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, CancellationGracePeriod = TimeSpan.FromMilliseconds(1) });
        var task = executor.Submit(Work.SpinForEver, meeting.Path, cancellation.Token);
        var arrival = await meeting.NextAsync();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.False(WorkerProcesses.IsAlive(arrival.ProcessId));
    }

    [Fact]
    public async Task ATokenAmongTheArguments_CancelsToo()
    {
        using var meeting = new Rendezvous();
        using var submitted = new CancellationTokenSource();
        using var argument = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, CancellationGracePeriod = Timeout.InfiniteTimeSpan });
        var task = executor.Submit(Work.WaitForCancellation, meeting.Path, argument.Token, submitted.Token);
        await meeting.NextAsync();
        argument.Cancel();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.Equal(argument.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task OfTwoTokensAmongTheArguments_EachSignalsItself()
    {
        using var meeting = new Rendezvous();
        using var submitted = new CancellationTokenSource();
        using var abort = new CancellationTokenSource();
        using var finish = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, CancellationGracePeriod = Timeout.InfiniteTimeSpan });
        var task = executor.Submit(static (path, abort, finish) =>
        {
            using var connection = Rendezvous.Announce(path);
            finish.WaitHandle.WaitOne();
            connection.Send(BitConverter.GetBytes(abort.IsCancellationRequested ? 1 : 0));
            abort.WaitHandle.WaitOne();
            return "both";
        }, meeting.Path, abort.Token, finish.Token, submitted.Token);
        var arrival = await meeting.NextAsync();

        await finish.CancelAsync();
        Assert.Equal(0, await arrival.NumberAsync());
        await abort.CancelAsync();
        Assert.Equal("both", await task.Soon());

        // Submit's own cancels the work, and so all that it takes.
        var all = executor.Submit(static (path, one, other) =>
        {
            using var connection = Rendezvous.Announce(path);
            WaitHandle.WaitAll([one.WaitHandle, other.WaitHandle]);
            return "all";
        }, meeting.Path, new CancellationToken(false), new CancellationTokenSource().Token, submitted.Token);
        await meeting.NextAsync();
        await submitted.CancelAsync();
        Assert.Equal("all", await all.Soon());
    }

    [Fact]
    public async Task WorkThatEndsWellThoughCanceled_GivesItsResult()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, CancellationGracePeriod = Timeout.InfiniteTimeSpan });
        var task = executor.Submit(static (path, token) =>
        {
            using var connection = Rendezvous.Announce(path);
            token.WaitHandle.WaitOne();
            return 42;
        }, meeting.Path, cancellation.Token, cancellation.Token);
        await meeting.NextAsync();
        cancellation.Cancel();
        Assert.Equal(42, await task.Soon());
    }

    [Fact]
    public async Task WorkThatHoldsEveryPoolThread_IsStillToldOfItsCancellation()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, CancellationGracePeriod = Timeout.InfiniteTimeSpan });
        var task = executor.Submit(static (path, token) =>
        {
            Work.HoldThePool();
            Work.WaitForCancellation(path, token);
        }, meeting.Path, cancellation.Token, cancellation.Token);
        await meeting.NextAsync();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
    }

    [Fact]
    public async Task CancelRacingWithCompletion_SettlesEveryTaskOnce_AndHurtsNoOther()
    {
        await using var executor = new ProcessExecutor(2);
        for (var i = 0; i < 50; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var canceled = executor.Submit(Work.Double, i, cancellation.Token);
            var other = executor.Submit(Work.Double, i);
            if (i % 2 == 0)
                await Task.Yield();
            var racing = Blocking.Run(cancellation.Cancel);
            try
            {
                Assert.Equal(2 * i, await canceled.Soon());
            }
            catch (OperationCanceledException)
            {
                Assert.True(canceled.IsCanceled);
            }

            Assert.Equal(2 * i, await other.Soon());
            await racing.Soon();
        }
    }

    [Fact]
    public async Task ATaskOfAStoppedWorker_IsCanceledAllTheSame_EvenWhileItsArgumentsAreOnTheWay()
    {
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(1);
        var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
        StopSignals.Stop(worker);
        var task = executor.Submit(static b => b.Length, new byte[10_000_000], cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());

        // It had not begun, so there was nobody to kill for it; of a portable worker that cannot be known, and it was killed.
        if (WorkerProcesses.IsAlive(worker))
            StopSignals.Continue(worker);
        Assert.Equal(1, await executor.Submit(static () => 1).Soon());
    }
}
