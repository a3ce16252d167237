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

    private sealed class Item(CancellationToken cancellationToken) : WorkItem<int>(cancellationToken)
    {
        public bool HasLetGo { get; private set; }

        protected override void Settled() => HasLetGo = true;
    }
}
