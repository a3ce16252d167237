using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Queues;

/// <summary>Several items at a time.</summary>
public sealed class ProcessQueueBatchTests
{
    [Fact]
    public void Items_ComeOutAsTheyWentIn_ManyAtATime()
    {
        using var queue = new ProcessQueue<int>();
        queue.PutMany([.. Enumerable.Range(0, 3_000)]);
        Assert.Equal(3_000, queue.Count);
        Assert.Equal(Enumerable.Range(0, 10), queue.TakeMany(10));
        Assert.Equal(10, queue.Take());
        Assert.Equal(Enumerable.Range(11, 2_989), queue.TakeMany(int.MaxValue));
        Assert.Empty(queue.TryTakeMany(5));
        Assert.Empty(queue.TryTakeMany(5, TimeSpan.FromMilliseconds(5)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ItemWithThePrimitiveOfADeadProcess_CostsNoOther(bool async)
    {
        using var queue = new ProcessQueue<WithGate>();
        queue.Put(new WithGate(1, null));
        using var child = ChildProcess.Start(PutAGate, Crossing.Send(queue));
        await child.SucceedAsync();
        queue.Put(new WithGate(3, null));
        Assert.Equal(1, Assert.Single(await TakeMany()).Number);
        await Assert.ThrowsAsync<IOException>(TakeMany);
        Assert.Equal(3, Assert.Single(await TakeMany()).Number);

        async Task<WithGate[]> TakeMany() => async ? await queue.TakeManyAsync(10).AsTask().Soon() : queue.TakeMany(10);
    }

    private static void PutAGate(string[] arguments) =>
        Crossing.Receive<ProcessQueue<WithGate>>(arguments[0]).Put(new WithGate(2, new ProcessLock()));

    [Theory, InlineData(0), InlineData(7)]
    public async Task SmallAndLargeItems_GoThroughAQueueSmallerThanTheBatch(int capacity)
    {
        using var queue = new ProcessQueue<string>(capacity, byteCapacity: 100);
        string[] items = [.. Enumerable.Range(0, 200).Select(number => new string((char)('a' + (number % 26)), number * 37 % 150))];
        var putting = Blocking.Run(() =>
        {
            queue.PutMany(items);
            queue.Complete();
        });
        var taken = new List<string>();
        while (queue.TakeMany(13) is { Length: > 0 } some)
            taken.AddRange(some);
        await putting.Soon();
        Assert.Equal(items, taken);
    }

    [Fact]
    public async Task Async_PutsAndTakesThemAll()
    {
        using var queue = new ProcessQueue<int>(5);
        var putting = queue.PutManyAsync(Enumerable.Range(0, 1_000).ToArray()).AsTask();
        var taken = new List<int>();
        while (taken.Count < 1_000)
            taken.AddRange(await queue.TakeManyAsync(20).AsTask().Soon());
        await putting.Soon();
        Assert.Equal(Enumerable.Range(0, 1_000), taken);
        queue.Complete();
        Assert.Empty(await queue.TakeManyAsync(20).AsTask().Soon());
    }

    [Fact]
    public async Task Full_TryPutManySaysHowManyAreIn_AndACancelledOneThrows()
    {
        using var queue = new ProcessQueue<int>(5);
        Assert.Equal(5, queue.TryPutMany([0, 1, 2, 3, 4, 5, 6]));
        Assert.Equal(0, queue.TryPutMany([5, 6], TimeSpan.FromMilliseconds(5)));
        using var cancellation = new CancellationTokenSource();
        var putting = Blocking.Run(() => queue.PutMany([5, 6], cancellation.Token));
        var puttingAsync = queue.PutManyAsync(new[] { 5, 6 }, cancellation.Token).AsTask();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => putting.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => puttingAsync.Soon());
        Assert.Equal([0, 1, 2, 3, 4], queue.TakeMany(100));
        queue.Complete();
        Assert.Throws<QueueCompletedException>(() => queue.PutMany([1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.TakeMany(0));
    }

    [Fact]
    public async Task ProducersAndConsumers_OfManyProcesses_GetEachItemOnce()
    {
        using var executor = new ProcessExecutor(2);
        using var queue = new ProcessQueue<int>(50);
        var producers = Enumerable.Range(0, 2).Select(number => executor.Submit(Produce, queue, number)).ToArray();
        var consumers = Enumerable.Range(0, 2).Select(_ => Blocking.Run(() =>
        {
            var taken = new List<int>();
            while (queue.TakeMany(30) is { Length: > 0 } some)
                taken.AddRange(some);
            return taken;
        })).ToArray();
        await Task.WhenAll(producers).Soon();
        queue.Complete();
        var all = (await Task.WhenAll(consumers).Soon()).SelectMany(static taken => taken).Order();
        Assert.Equal(Enumerable.Range(0, 20_000), all);

        static void Produce(ProcessQueue<int> queue, int number) => queue.PutMany([.. Enumerable.Range(number * 10_000, 10_000)]);
    }

    [Fact]
    public void ItemsThatReferToMemory_ArriveToo_OneByOne()
    {
        using var queue = new ProcessQueue<ProcessLock>();
        using ProcessLock first = new(), second = new();
        queue.PutMany([first, second]);
        ProcessLock[] taken = [Assert.Single(queue.TakeMany(5)), Assert.Single(queue.TakeMany(5))];
        using (taken[1].Acquire())
            Assert.False(second.TryAcquire(TimeSpan.Zero, out _));
        foreach (var gate in taken)
            gate.Dispose();
    }

#if DEBUG
    [Theory, InlineData("put: written, not in", 2), InlineData("put: in, lock held", 3), InlineData("put: lock freed, bell not rung", 10)]
    public async Task PutterKilledWithinABatch_LeavesTheFirstItems_Whole(string step, int items)
    {
        using var queue = new ProcessQueue<string>();
        using var child = ChildProcess.Start(PutManyAndCrash, Crossing.Send(queue), step);
        await child.DieAsync();
        queue.Put("next");
        Assert.Equal([.. Enumerable.Range(0, items).Select(static i => $"item {i}"), "next"], queue.TakeMany(100));
    }

    [Theory, InlineData("take: copied, still in", 2), InlineData("take: out, lock held", 3)]
    public async Task TakerKilledWithinABatch_TakesTheFirstItemsWithIt_AndNoMore(string step, int items)
    {
        using var queue = new ProcessQueue<string>();
        queue.PutMany([.. Enumerable.Range(0, 10).Select(static i => $"item {i}")]);
        using var child = ChildProcess.Start(TakeManyAndCrash, Crossing.Send(queue), step);
        await child.DieAsync();
        Assert.Equal(Enumerable.Range(items, 10 - items).Select(static i => $"item {i}"), queue.TakeMany(100));
    }

    private static void PutManyAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.CrashAt(arguments[1], arguments[1].Contains("freed", StringComparison.Ordinal) ? 1 : 3);
        queue.PutMany([.. Enumerable.Range(0, 10).Select(static i => $"item {i}")]);
    }

    private static void TakeManyAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.CrashAt(arguments[1], 3);
        queue.TakeMany(100);
    }
#endif

    private sealed record WithGate(int Number, ProcessLock? Gate);
}
