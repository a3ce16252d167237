using System.Text.Json;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Queues;

public sealed class ProcessQueueTests : QueueContractTests
{
    protected override IQueueUnderTest<T> Create<T>(int capacity = 0) => new UnderTest<T>(new ProcessQueue<T>(capacity));

    [Fact]
    public void Items_OfManySizes_GoRoundASmallRing()
    {
        using var queue = new ProcessQueue<byte[]>(capacity: 5, byteCapacity: 1_000);
        var random = new Random(1);
        var expected = new Queue<byte[]>();
        for (var i = 0; i < 5_000; i++)
        {
            var item = new byte[random.Next(400)];
            random.NextBytes(item);
            while (!queue.TryPut(item))
                Assert.Equal(expected.Dequeue(), queue.Take());
            expected.Enqueue(item);
        }

        while (expected.TryDequeue(out var item))
            Assert.Equal(item, queue.Take());
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void Item_OfReferences_ComesOutAsItWentIn()
    {
        using var queue = new ProcessQueue<int?[]?>();
        queue.Put([42, null]);
        queue.Put(null);
        Assert.Equal([42, null], queue.Take());
        Assert.Null(queue.Take());
    }

    [Fact]
    public void ItemsThatCannotCross_AreRefusedByTheConstructor()
    {
        Refuses<Action>();
        Refuses<Task<int>>();
        Refuses<ThreadLock>();
        Refuses<object>();
        Refuses<nint>();
        Refuses<System.Collections.ObjectModel.ReadOnlyDictionary<string, int>>();

        static void Refuses<T>()
        {
            var thrown = Assert.Throws<NotSupportedException>(static () => new ProcessQueue<T>());
            Assert.Contains("The item of a ProcessQueue<", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("cannot cross a process boundary", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ItemThatWouldArriveAsLess_IsRefusedAndNotIn()
    {
        using var queue = new ProcessQueue<Dictionary<string, int>>();
        var item = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        Assert.Contains("comparer", Assert.Throws<NotSupportedException>(() => queue.Put(item)).Message, StringComparison.Ordinal);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Crosses_AtAnyDepthOfAnArgument_WithAllItHolds()
    {
        using var queue = new ProcessQueue<string>(3);
        queue.Put("before");
        var sent = JsonSerializer.Serialize(new[] { new Job("x", queue) });
        using var received = JsonSerializer.Deserialize<Job[]>(sent)![0].Results;
        Assert.Equal(3, received.Capacity);
        Assert.Equal("before", received.Take());
        received.Put("after");
        Assert.Equal("after", queue.Take());
    }

    [Fact]
    public void Crosses_WithinAnItemOfAnotherQueue()
    {
        using var outer = new ProcessQueue<ProcessQueue<int>>();
        using (var inner = new ProcessQueue<int>())
        {
            inner.Put(7);
            outer.Put(inner);
            using var received = outer.Take();
            Assert.Equal(7, received.Take());
        }
    }

    [Fact]
    public void Received_AsAnotherType_IsRefused()
    {
        using var queue = new ProcessQueue<int>();
        using var gate = new ProcessLock();
        Assert.Throws<InvalidDataException>(() => JsonSerializer.Deserialize<ProcessQueue<string>>(JsonSerializer.Serialize(queue)));
        Assert.Throws<InvalidDataException>(() => JsonSerializer.Deserialize<ProcessQueue<int>>(JsonSerializer.Serialize(gate)));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProcessQueue<int>>("\"nonsense\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProcessQueue<int>>("{}"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Disposed_ThrowsAndEndsTheWaits_AndOthersGoOn(bool async)
    {
        var queue = new ProcessQueue<int>();
        using var other = Crossing.Receive<ProcessQueue<int>>(Crossing.Send(queue));
        var taker = async ? queue.TakeAsync().AsTask() : Blocking.Run(() => queue.Take());
        queue.Dispose();
        queue.Dispose();
        Assert.Equal("ProcessQueue", (await Assert.ThrowsAsync<ObjectDisposedException>(() => taker.Soon())).ObjectName);
        Assert.Throws<ObjectDisposedException>(() => queue.Put(1));
        Assert.Throws<ObjectDisposedException>(() => queue.Count);
        Assert.Throws<ObjectDisposedException>(queue.Complete);
        other.Put(1);
        Assert.Equal(1, other.Take());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Disposed_EndsEachWaitForSpaceAndForTheDone(bool async)
    {
        var queue = new ProcessQueue<int>(1);
        using var other = Crossing.Receive<ProcessQueue<int>>(Crossing.Send(queue));
        queue.Put(1);
        Task[] waits = async
            ? [.. Enumerable.Range(0, 3).Select(_ => queue.PutAsync(2).AsTask()), queue.JoinAsync().AsTask()]
            : [.. Enumerable.Range(0, 3).Select(_ => Blocking.Run(() => queue.Put(2))), Blocking.Run(queue.Join)];
        queue.Dispose();
        foreach (var wait in waits)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.Soon());
        Assert.Equal(1, other.Take());
        Assert.False(other.TryTake(out _));
    }

    [Fact]
    public async Task PutAsync_TakesTheItemAsItIs_AndKeepsTheOrder()
    {
        using var queue = new ProcessQueue<int[]>(1);
        int[] item = [1];
        var puts = new List<Task>();
        for (var i = 1; i <= 5; i++)
        {
            item[0] = i;
            puts.Add(queue.PutAsync(item).AsTask());
        }

        for (var i = 1; i <= 5; i++)
            Assert.Equal(i, queue.Take()[0]);
        await Task.WhenAll(puts).Soon();
    }

    private sealed record Job(string Name, ProcessQueue<string> Results);

    /// <summary>Puts through one object and takes through another that was received, as two processes would.</summary>
    private sealed class UnderTest<T>(ProcessQueue<T> queue) : IQueueUnderTest<T>
    {
        private readonly ProcessQueue<T> _received = Crossing.Receive<ProcessQueue<T>>(Crossing.Send(queue));

        public int Count => _received.Count;

        public int Capacity => _received.Capacity;

        public bool IsCompleted => _received.IsCompleted;

        public void Put(T item, CancellationToken cancellationToken) => queue.Put(item, cancellationToken);

        public bool TryPut(T item, TimeSpan timeout) => queue.TryPut(item, timeout);

        public ValueTask PutAsync(T item, CancellationToken cancellationToken) => queue.PutAsync(item, cancellationToken);

        public T Take(CancellationToken cancellationToken) => _received.Take(cancellationToken);

        public bool TryTake(out T? item, TimeSpan timeout) => _received.TryTake(out item, timeout);

        public ValueTask<T> TakeAsync(CancellationToken cancellationToken) => _received.TakeAsync(cancellationToken);

        public IAsyncEnumerable<T> TakeAllAsync(CancellationToken cancellationToken) => _received.TakeAllAsync(cancellationToken);

        public void Complete() => queue.Complete();

        public void MarkDone() => _received.MarkDone();

        public void Join() => queue.Join();

        public bool Join(TimeSpan timeout) => queue.Join(timeout);

        public ValueTask JoinAsync(CancellationToken cancellationToken) => queue.JoinAsync(cancellationToken);

        public void Dispose()
        {
            queue.Dispose();
            _received.Dispose();
        }
    }
}
