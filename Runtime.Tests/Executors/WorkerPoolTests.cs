using Tandem.Executors;

namespace Tandem.Runtime.Tests.Executors;

public class WorkerPoolTests
{
    [Fact]
    public async Task AnItemThatIsRefused_LetsGoOfItsTokens()
    {
        var pool = new WorkerPool("pool", maxWorkers: 1, maxTasksPerWorker: 1, _ => throw new InvalidOperationException("Nobody is needed."));
        await pool.Stop(cancelPending: false, kill: false);
        using var cancellation = new CancellationTokenSource();
        var item = new Item(cancellation.Token);

        Assert.Throws<ObjectDisposedException>(() => pool.Submit(item));

        Assert.True(item.HasLetGo);
        await cancellation.CancelAsync();
        Assert.False(item.Task.IsCompleted);
    }

    [Fact]
    public async Task AWorkerWhoseLastItemComesBack_AfterTheOthersEnded_GetsWorkAgain()
    {
        var (pool, workers) = Create(maxWorkers: 1);
        Item[] items = [new(), new(), new()];
        foreach (var item in items)
            pool.Submit(item);
        Assert.Equal(items[..2], workers[0].Ready(ended: 0, window: 2));

        // The second was taken back from the worker, but the first ends before the pool is told so.
        Assert.Equal([], workers[0].Ready(ended: 1, window: 0));
        workers[0].GiveBack(items[1]);

        Assert.Equal([items[1]], workers[0].Assigned);
        Assert.Equal([items[2]], workers[0].Ready(ended: 1, window: 1));
        await workers[0].AssertEndAsync(ended: 1);
    }

    [Fact]
    public async Task AWorkerWhoseLastItemComesBackCanceled_LeavesAPoolThatIsShutDown()
    {
        var (pool, workers) = Create(maxWorkers: 1);
        using var cancellation = new CancellationTokenSource();
        Item[] items = [new(), new(cancellation.Token)];
        foreach (var item in items)
            pool.Submit(item);
        Assert.Equal(items, workers[0].Ready(ended: 0, window: 2));
        var stopped = pool.Stop(cancelPending: false, kill: false);
        await cancellation.CancelAsync();
        Assert.Equal([], workers[0].Ready(ended: 1, window: 2));

        workers[0].GiveBack(items[1]);

        Assert.True(items[1].Task.IsCanceled);
        Assert.True(workers[0].HasLeft);
        workers[0].End();
        await stopped.Soon();
    }

    [Fact]
    public async Task IdleWorkersLeave_WhenTheLastItemThatCouldHaveComeToThemIsCanceled()
    {
        var (pool, workers) = Create(maxWorkers: 2);
        using var cancellation = new CancellationTokenSource();
        Item[] items = [new(), new(cancellation.Token)];
        foreach (var item in items)
            pool.Submit(item);
        Assert.Equal(items, workers[0].Ready(ended: 0, window: 2));
        Assert.Equal([], workers[1].Ready(ended: 0, window: 2));
        var stopped = pool.Stop(cancelPending: false, kill: false);
        Assert.False(workers[1].HasLeft);
        await cancellation.CancelAsync();

        workers[0].GiveBack(items[1]);

        Assert.True(workers[1].HasLeft);
        Assert.Equal([], workers[0].Ready(ended: 1, window: 1));
        Assert.True(workers[0].HasLeft);
        foreach (var worker in workers)
            worker.End();
        await stopped.Soon();
    }

    [Fact]
    public async Task APoolWaitsForWhatComesBackFromAWorkerThatHasEnded()
    {
        var (pool, workers) = Create(maxWorkers: 1);
        Item[] items = [new(), new(), new()];
        foreach (var item in items)
            pool.Submit(item);
        Assert.Equal(items, workers[0].Ready(ended: 0, window: 3));
        var stopped = pool.Stop(cancelPending: false, kill: false);

        // One had begun; one was taken back, and one had just ended, when the worker died.
        workers[0].End(begun: 1);
        Assert.Equal([], workers[0].Ready(ended: 1, window: 3));
        Assert.False(stopped.IsCompleted);
        workers[0].GiveBack(items[2]);

        Assert.False(workers[0].HasLeft);
        Assert.Empty(workers[0].Assigned);
        Assert.Equal([items[2]], workers[1].Ready(ended: 0, window: 1));
        await workers[1].AssertEndAsync(ended: 1);
    }

    [Fact]
    public async Task WorkersThatAreKeptReady_StartWithoutWork_AndAreReplaced()
    {
        var (pool, workers) = Create(maxWorkers: 3, minWorkers: 2);
        pool.KeepReady();
        Assert.Equal(2, workers.Count);
        workers[0].Ready(ended: 0, window: 1);
        pool.Submit(new Item());
        Assert.Equal([], workers[1].Ready(ended: 0, window: 1));
        Assert.Single(workers[0].Assigned);

        workers[0].End(begun: 1);

        Assert.Equal(3, workers.Count);
        var stopped = pool.Stop(cancelPending: false, kill: false);
        Assert.True(workers[1].HasLeft);
        Assert.Equal([], workers[2].Ready(ended: 0, window: 1));
        Assert.True(workers[2].HasLeft);
        workers[1].End();
        workers[2].End();
        await stopped.Soon();
        Assert.Equal(3, workers.Count);
    }

    [Fact]
    public void WorkersThatAreKeptReady_AndEndBeforeTheyRunAnything_AreNotReplacedForEver()
    {
        var (pool, workers) = Create(maxWorkers: 1, minWorkers: 1);
        pool.KeepReady();
        for (var i = 0; i < workers.Count && i < 10; i++)
        {
            workers[i].Ready(ended: 0, window: 1);
            workers[i].End();
        }

        Assert.Equal(3, workers.Count);
        pool.Submit(new Item());
        Assert.Equal(4, workers.Count);
        Assert.Single(workers[3].Ready(ended: 0, window: 1));
    }

    [Fact]
    public void AWorkerThatIsSpent_GetsNothingMore_AndLeavesWhenItHoldsNothing()
    {
        var (pool, workers) = Create(maxWorkers: 1);
        Item[] items = [new(), new(), new()];
        foreach (var item in items)
            pool.Submit(item);
        Assert.Equal(items[..2], workers[0].Ready(ended: 0, window: 2));
        workers[0].IsSpent = true;
        Assert.Equal([], workers[0].Ready(ended: 1, window: 2));
        Assert.False(workers[0].HasLeft);
        Assert.Equal([], workers[0].Ready(ended: 1, window: 2));
        Assert.True(workers[0].HasLeft);
        Assert.Equal([items[2]], workers[1].Ready(ended: 0, window: 2));
    }

    [Fact]
    public async Task AStop_EndsAfterTheTasksThatItCanceled_AlsoWhereAnotherStopIsFirst()
    {
        var (pool, workers) = Create(maxWorkers: 1);
        Item first = new(), second = new();
        foreach (var item in new[] { first, second })
            pool.Submit(item);
        Task? stopped = null;
        first.Ended = () => stopped = pool.Stop(cancelPending: true, kill: false);
        workers[0].End();
        workers[1].End();
        var failure = new WorkerStartException("No luck.");
        pool.Ended(workers[2], [], begun: 0, failure);
        pool.Ended(workers[3], [], begun: 0, failure);
        pool.Ended(workers[4], [], begun: 0, failure);
        Assert.True(first.Task.IsFaulted);
        await stopped!.ContinueWith(_ => Assert.True(second.Task.IsFaulted), TaskContinuationOptions.ExecuteSynchronously).Soon();
    }

    private static (WorkerPool Pool, List<ScriptedWorker> Workers) Create(int maxWorkers, int minWorkers = 0)
    {
        WorkerPool? pool = null;
        var workers = new List<ScriptedWorker>();
        pool = new WorkerPool("pool", maxWorkers, maxTasksPerWorker: int.MaxValue, _ =>
        {
            workers.Add(new ScriptedWorker(pool!));
            return workers[^1];
        }, minWorkers);
        return (pool, workers);
    }

    /// <summary>Does nothing by itself; the test says what happens to it.</summary>
    private sealed class ScriptedWorker(WorkerPool pool) : PoolWorker
    {
        public List<WorkItem> Assigned { get; } = [];

        public bool HasLeft { get; private set; }

        public IEnumerable<WorkItem> Ready(int ended, int window)
        {
            var next = new List<WorkItem>();
            HasLeft |= pool.Ready(this, ended, window, next);
            return next;
        }

        public void GiveBack(params WorkItem[] items) => HasLeft |= pool.GiveBack(this, items, goesOn: true);

        public void End(int begun = 0) => pool.Ended(this, [], begun, failure: null);

        public async Task AssertEndAsync(int ended)
        {
            var stopped = pool.Stop(cancelPending: false, kill: false);
            Assert.False(HasLeft);
            Assert.Equal([], Ready(ended, window: 1));
            Assert.True(HasLeft);
            End();
            await stopped.Soon();
        }

        public override void Start()
        {
        }

        public override void Assign(WorkItem item) => Assigned.Add(item);

        public override void CancelRunning(WorkItem item)
        {
        }

        public override void Leave() => HasLeft = true;

        public override void Kill()
        {
        }
    }

    private sealed class Item(CancellationToken cancellationToken = default) : WorkItem<int>(cancellationToken)
    {
        public bool HasLetGo { get; private set; }

        public Action? Ended { get; set; }

        protected override void Settled()
        {
            HasLetGo = true;
            Ended?.Invoke();
        }
    }
}
