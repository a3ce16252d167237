using Tandem.Waiting;

namespace Tandem.Runtime.Tests.Waiting;

public class WaitLineTests
{
    [Fact]
    public async Task CancelingAWholeLine_SearchesForNobody()
    {
        var gate = new Lock();
        var line = new WaitLine<Sought, int>(gate);
        using var cancellation = new CancellationTokenSource();
        var waiters = Enumerable.Range(0, 100).Select(_ => new Sought()).ToList();
        lock (gate)
            waiters.ForEach(line.EnqueueHeld);
        var waits = waiters.ConvertAll(w => line.WaitAsync(w, cancellation.Token).AsTask());

        cancellation.Cancel();

        foreach (var wait in waits)
            await Assert.ThrowsAsync<TaskCanceledException>(() => wait.Soon());
        Assert.Equal(0, waiters.Sum(w => w.Comparisons));
        lock (gate)
            Assert.Equal(0, line.CountHeld);
    }

    [Fact]
    public async Task CancelingOne_LeavesTheOthersTheirPlaces()
    {
        var gate = new Lock();
        var line = new WaitLine<Waiter<int>, int>(gate);
        using var cancellation = new CancellationTokenSource();
        Waiter<int>[] waiters = [new(), new(), new()];
        lock (gate)
            Array.ForEach(waiters, line.EnqueueHeld);
        var wait = line.WaitAsync(waiters[1], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => wait.Soon());
        lock (gate)
        {
            Assert.Same(waiters[0], line.DequeueHeld());
            Assert.Equal([waiters[2]], line.DequeueAllHeld());
        }
    }

    /// <summary>Counts how often somebody looks whether it is the one that is sought.</summary>
    private sealed class Sought : Waiter<int>
    {
        public int Comparisons { get; private set; }

        public override bool Equals(object? obj)
        {
            Comparisons++;
            return ReferenceEquals(this, obj);
        }

        public override int GetHashCode() => 0;
    }
}
