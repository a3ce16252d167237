using System.Collections.Concurrent;

namespace Tandem.Runtime.Tests.Queues;

/// <summary>What every first-in-first-out queue of the library promises, whoever shares it. Run for each by a class of its own.</summary>
public abstract class QueueContractTests
{
    protected abstract IQueueUnderTest<T> Create<T>(int capacity = 0);

    [Fact]
    public void Items_ComeOutInTheOrderInWhichTheyWentIn()
    {
        using var queue = Create<int>();
        for (var i = 0; i < 1_000; i++)
            queue.Put(i);
        Assert.Equal(1_000, queue.Count);
        for (var i = 0; i < 1_000; i++)
            Assert.Equal(i, queue.Take());
        Assert.Equal(0, queue.Count);
    }

    [Theory]
    [InlineData(false, 0), InlineData(true, 0), InlineData(false, 1), InlineData(true, 1), InlineData(false, 7), InlineData(true, 7)]
    public async Task ManyProducersAndConsumers_EachItemComesOutOnce(bool async, int capacity)
    {
        const int Producers = 3, Consumers = 3, Items = 2_000;
        using var queue = Create<int>(capacity);
        var taken = new ConcurrentBag<int>();
        var consumers = Enumerable.Range(0, Consumers).Select(_ => Blocking.Run(async () =>
        {
            if (async)
            {
                await foreach (var item in queue.TakeAllAsync())
                    taken.Add(item);
                return;
            }

            while (queue.TryTake(out var item, Timeout.InfiniteTimeSpan))
                taken.Add(item);
        }).Unwrap()).ToArray();
        var producers = Enumerable.Range(0, Producers).Select(producer => Blocking.Run(async () =>
        {
            for (var i = 0; i < Items; i++)
            {
                if (async)
                    await queue.PutAsync((producer * Items) + i);
                else
                    queue.Put((producer * Items) + i);
            }
        }).Unwrap());
        await Task.WhenAll(producers).Soon();
        queue.Complete();
        await Task.WhenAll(consumers).Soon();
        Assert.Equal(Enumerable.Range(0, Producers * Items), taken.Order());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Put_WhenFull_WaitsForSpace(bool async)
    {
        using var queue = Create<int>(1);
        Assert.Equal(1, queue.Capacity);
        queue.Put(1);
        Assert.False(queue.TryPut(2));
        Assert.False(queue.TryPut(2, TimeSpan.FromMilliseconds(20)));
        var waiter = PutOn(queue, 2, async);
        Assert.False(waiter.IsCompleted);
        Assert.Equal(1, queue.Take());
        await waiter.Soon();
        Assert.Equal(2, queue.Take());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Take_WhenEmpty_WaitsForAnItem(bool async)
    {
        using var queue = Create<int>();
        var waiter = TakeOn(queue, async);
        Assert.False(waiter.IsCompleted);
        queue.Put(42);
        Assert.Equal(42, await waiter.Soon());
    }

    [Fact]
    public void TryTake_WhenEmpty_ReturnsFalseAtTheTimeout()
    {
        using var queue = Create<int>();
        Assert.False(queue.TryTake(out _));
        Assert.False(queue.TryTake(out _, TimeSpan.FromMilliseconds(20)));
        queue.Put(7);
        Assert.True(queue.TryTake(out var item));
        Assert.Equal(7, item);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Take_WhenCancelled_ThrowsAndTakesNothing(bool async)
    {
        using var queue = Create<int>();
        using var cancellation = new CancellationTokenSource();
        var waiter = TakeOn(queue, async, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter.Soon());
        queue.Put(1);
        Assert.Equal(1, queue.Count);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TakeOn(queue, async, cancellation.Token).Soon());
        Assert.Equal(1, queue.Count);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Put_WhenCancelled_ThrowsAndPutsNothing(bool async)
    {
        using var queue = Create<int>(1);
        using var cancellation = new CancellationTokenSource();
        queue.Put(1);
        var waiter = PutOn(queue, 2, async, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter.Soon());
        Assert.Equal(1, queue.Take());
        Assert.False(queue.TryTake(out _));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Cancellation_RacingWithPut_NeverLosesAnItem(bool async)
    {
        using var queue = Create<int>();
        for (var round = 0; round < 100; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var waiter = TakeOn(queue, async, cancellation.Token);
            var cancel = Task.Run(cancellation.Cancel);
            queue.Put(round);
            int item;
            try
            {
                item = await waiter.Soon();
            }
            catch (OperationCanceledException)
            {
                item = queue.Take();
            }

            await cancel;
            Assert.Equal(round, item);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Complete_ReleasesThoseWhoWait(bool async)
    {
        using var empty = Create<int>();
        using var full = Create<int>(1);
        full.Put(1);
        var taker = TakeOn(empty, async);
        var putter = PutOn(full, 2, async);
        empty.Complete();
        full.Complete();
        await Assert.ThrowsAsync<QueueCompletedException>(() => taker.Soon());
        await Assert.ThrowsAsync<QueueCompletedException>(() => putter.Soon());
        Assert.Equal(1, full.Take());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AfterComplete_PutThrows_AndTakeGivesWhatIsStillIn(bool async)
    {
        using var queue = Create<string>();
        queue.Put("last");
        queue.Complete();
        queue.Complete();
        Assert.False(queue.IsCompleted);
        await Assert.ThrowsAsync<QueueCompletedException>(() => PutOn(queue, "late", async).Soon());
        Assert.Throws<QueueCompletedException>(() => queue.TryPut("late"));
        Assert.Equal("last", await TakeOn(queue, async).Soon());
        Assert.True(queue.IsCompleted);
        await Assert.ThrowsAsync<QueueCompletedException>(() => TakeOn(queue, async).Soon());
        Assert.False(queue.TryTake(out _, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task TakeAll_EndsWhenTheQueueIsCompleted()
    {
        using var queue = Create<int>();
        var all = Blocking.Run(async () => await queue.TakeAllAsync().ToListAsync()).Unwrap();
        queue.Put(1);
        queue.Put(2);
        queue.Complete();
        Assert.Equal([1, 2], await all.Soon());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Join_WaitsUntilEachItemIsMarkedDone(bool async)
    {
        using var queue = Create<int>();
        queue.Join();
        queue.Put(1);
        queue.Put(2);
        var join = async ? queue.JoinAsync().AsTask() : Blocking.Run(queue.Join);
        queue.Take();
        queue.MarkDone();
        queue.Take();
        Assert.False(join.IsCompleted);
        Assert.False(queue.Join(TimeSpan.Zero));
        queue.MarkDone();
        await join.Soon();
        Assert.True(queue.Join(TimeSpan.Zero));
    }

    [Fact]
    public async Task JoinAsync_WhenCancelled_Throws()
    {
        using var queue = Create<int>();
        using var cancellation = new CancellationTokenSource();
        queue.Put(1);
        var join = queue.JoinAsync(cancellation.Token).AsTask();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join.Soon());
    }

    [Fact]
    public void MarkDone_MoreOftenThanItemsWerePut_Throws()
    {
        using var queue = Create<int>();
        Assert.Throws<InvalidOperationException>(queue.MarkDone);
        queue.Put(1);
        queue.Take();
        queue.MarkDone();
        Assert.Contains("MarkDone", Assert.Throws<InvalidOperationException>(queue.MarkDone).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Capacity_WhenNegative_Throws() =>
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => Create<int>(-1)).ParamName);

    [Theory, InlineData(-2), InlineData(int.MaxValue + 1L)]
    public void Timeout_ThatIsNone_Throws(long milliseconds)
    {
        using var queue = Create<int>();
        var timeout = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryTake(out _, timeout));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryPut(1, timeout));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Join(timeout));
    }

    private static Task PutOn<T>(IQueueUnderTest<T> queue, T item, bool async, CancellationToken cancellationToken = default) =>
        async ? queue.PutAsync(item, cancellationToken).AsTask() : Blocking.Run(() => queue.Put(item, cancellationToken));

    private static Task<T> TakeOn<T>(IQueueUnderTest<T> queue, bool async, CancellationToken cancellationToken = default) =>
        async ? queue.TakeAsync(cancellationToken).AsTask() : Blocking.Run(() => queue.Take(cancellationToken));
}
