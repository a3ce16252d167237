namespace Tandem.Runtime.Tests.Queues;

public sealed class ThreadQueueTests : QueueContractTests
{
    protected override IQueueUnderTest<T> Create<T>(int capacity = 0) => new UnderTest<T>(new ThreadQueue<T>(capacity));

    [Fact]
    public void Lifo_GivesOutTheNewest()
    {
        var queue = new ThreadQueue<int>(QueueOrder.Lifo);
        queue.Put(1);
        queue.Put(2);
        Assert.Equal(2, queue.Take());
        queue.Put(3);
        Assert.Equal(3, queue.Take());
        Assert.Equal(1, queue.Take());
    }

    [Fact]
    public void Priority_GivesOutTheSmallest_AndEqualsInTheirOrder()
    {
        var queue = new ThreadQueue<(int Priority, string Name)>(QueueOrder.Priority, comparer: Comparer<(int Priority, string Name)>.Create((a, b) => a.Priority.CompareTo(b.Priority)));
        foreach (var item in new[] { (2, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e"), (2, "f") })
            queue.Put(item);
        Assert.Equal("ebdacf", string.Concat(Enumerable.Range(0, 6).Select(_ => queue.Take().Name)));
    }

    [Fact]
    public void Priority_OfWhatCannotBeOrdered_Throws()
    {
        var error = Assert.Throws<ArgumentException>(() => new ThreadQueue<Version[]>(QueueOrder.Priority));
        Assert.Contains("comparer", error.Message, StringComparison.Ordinal);
        _ = new ThreadQueue<int?>(QueueOrder.Priority);
    }

    [Fact]
    public void Priority_OfATupleWithAMemberThatCannotBeOrdered_IsRefusedBeforeTheFirstTie()
    {
        var error = Assert.Throws<ArgumentException>(() => new ThreadQueue<(int Priority, Job? Job)>(QueueOrder.Priority));
        Assert.Contains("Job implements no IComparable", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ThreadQueue<Tuple<int, (int, int[])>>(QueueOrder.Priority));
        _ = new ThreadQueue<(int, (string, double?), Guid)>(QueueOrder.Priority);
    }

    [Fact]
    public void Priority_WhoseComparerThrows_IsAsItWasBeforeThePut_AndNeverThrowsAtATaker()
    {
        var queue = new ThreadQueue<int>(QueueOrder.Priority, comparer: Comparer<int>.Create(CompareUnlessEqual));
        foreach (var item in new[] { 0, 5, 3, 8, 1, 9, 4 })
            queue.Put(item);
        foreach (var item in new[] { 5, 3, 9, 1 })
            Assert.Throws<InvalidOperationException>(() => queue.Put(item));
        Assert.Equal(7, queue.Count);
        Assert.Equal([0, 1, 3, 4, 5, 8, 9], Enumerable.Range(0, 7).Select(_ => queue.Take()));
        for (var i = 0; i < 7; i++)
            queue.MarkDone();
        Assert.True(queue.Join(TimeSpan.Zero));
    }

    [Fact]
    public async Task Priority_WhoseComparerThrowsAtAWaitingPutter_FailsThatPut_AndServesTheNext()
    {
        var queue = new ThreadQueue<int>(QueueOrder.Priority, capacity: 2, Comparer<int>.Create(CompareUnlessEqual));
        queue.Put(1);
        queue.Put(2);
        var refused = queue.PutAsync(2).AsTask();
        var next = queue.PutAsync(3).AsTask();
        Assert.Equal([1, 2, 3], [queue.Take(), queue.Take(), queue.Take()]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => refused.Soon());
        await next.Soon();
    }

    [Fact]
    public void Priority_GivesOutWhatWasPut_InOrder()
    {
        var random = new Random(1);
        var queue = new ThreadQueue<int>(QueueOrder.Priority);
        var model = new List<int>();
        for (var i = 0; i < 5000; i++)
        {
            if (model.Count > 0 && random.Next(3) == 0)
            {
                Assert.Equal(model.Min(), queue.Take());
                model.Remove(model.Min());
            }
            else
            {
                model.Add(random.Next(100));
                queue.Put(model[^1]);
            }
        }
    }

    [Fact]
    public void Order_ThatIsNone_Throws() =>
        Assert.Equal("order", Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadQueue<int>((QueueOrder)9)).ParamName);

    [Theory, InlineData(QueueOrder.Lifo), InlineData(QueueOrder.Priority)]
    public async Task WaitingPutters_FillTheSpaceInEveryOrder(QueueOrder order)
    {
        var queue = new ThreadQueue<int>(order, capacity: 1);
        queue.Put(1);
        var second = queue.PutAsync(2).AsTask();
        var third = queue.PutAsync(3).AsTask();
        Assert.Equal([1, 2, 3], [queue.Take(), queue.Take(), queue.Take()]);
        await Task.WhenAll(second, third).Soon();
    }

    [Fact]
    public async Task Takers_AreServedInTheOrderInWhichTheyCame()
    {
        var queue = new ThreadQueue<int>();
        var takers = Enumerable.Range(0, 10).Select(_ => queue.TakeAsync().AsTask()).ToArray();
        for (var i = 0; i < takers.Length; i++)
            queue.Put(i);
        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(takers).Soon());
    }

    private static int CompareUnlessEqual(int one, int other) =>
        one != other ? one.CompareTo(other) : throw new InvalidOperationException("Equal numbers have no order here.");

    private sealed record Job(string Name);

    private sealed class UnderTest<T>(ThreadQueue<T> queue) : IQueueUnderTest<T>
    {
        public int Count => queue.Count;

        public int Capacity => queue.Capacity;

        public bool IsCompleted => queue.IsCompleted;

        public void Put(T item, CancellationToken cancellationToken) => queue.Put(item, cancellationToken);

        public bool TryPut(T item, TimeSpan timeout) => queue.TryPut(item, timeout);

        public ValueTask PutAsync(T item, CancellationToken cancellationToken) => queue.PutAsync(item, cancellationToken);

        public T Take(CancellationToken cancellationToken) => queue.Take(cancellationToken);

        public bool TryTake(out T? item, TimeSpan timeout) => queue.TryTake(out item, timeout);

        public ValueTask<T> TakeAsync(CancellationToken cancellationToken) => queue.TakeAsync(cancellationToken);

        public IAsyncEnumerable<T> TakeAllAsync(CancellationToken cancellationToken) => queue.TakeAllAsync(cancellationToken);

        public void Complete() => queue.Complete();

        public void MarkDone() => queue.MarkDone();

        public void Join() => queue.Join();

        public bool Join(TimeSpan timeout) => queue.Join(timeout);

        public ValueTask JoinAsync(CancellationToken cancellationToken) => queue.JoinAsync(cancellationToken);

        public void Dispose()
        {
        }
    }
}
