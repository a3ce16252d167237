using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Queues;

/// <summary>Items larger than the whole queue, which go through in pieces.</summary>
public sealed class ProcessQueuePiecesTests
{
    /// <summary>What fits, what just does not, and what is many times the queue.</summary>
    private static readonly int[] s_lengths = [0, 50, 99, 100, 101, 5, 150, 10_000, 1, 333];

    [Theory, InlineData(0), InlineData(1), InlineData(3)]
    public async Task LargeItems_AmongSmallOnes_ComeOutWholeAndInOrder(int capacity)
    {
        using var queue = new ProcessQueue<byte[]>(capacity, byteCapacity: 100);
        var putting = Blocking.Run(() =>
        {
            foreach (var length in s_lengths)
                queue.Put(Filled(length));
            queue.Complete();
        });
        var taken = new List<byte[]>();
        await foreach (var item in queue.TakeAllAsync())
            taken.Add(item);
        await putting.Soon();
        Assert.Equal(s_lengths.Select(Filled), taken);
        for (var i = 0; i < taken.Count; i++)
            queue.MarkDone();
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(queue.MarkDone);
    }

    [Fact]
    public async Task LargeItems_OfManyProducersAndConsumers_ComeOutOnceAndWhole()
    {
        using var executor = new ProcessExecutor(2);
        using var queue = new ProcessQueue<string>(0, byteCapacity: 1_000);
        var producers = Enumerable.Range(0, 2).Select(number => executor.Submit(PutTexts, queue, number)).ToArray();
        var consumers = Enumerable.Range(0, 2).Select(_ => Blocking.Run(() => queue.TakeAllAsync().ToBlockingEnumerable().ToList())).ToArray();
        await Task.WhenAll(producers).Soon();
        queue.Complete();
        var taken = (await Task.WhenAll(consumers).Soon()).SelectMany(static texts => texts).Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(0, 2).SelectMany(Texts).Order(StringComparer.Ordinal), taken);

        static void PutTexts(ProcessQueue<string> queue, int number)
        {
            foreach (var text in Texts(number))
                queue.Put(text);
        }

        static IEnumerable<string> Texts(int number) => Enumerable.Range(0, 60).Select(i => $"{number} {i} " + new string((char)('a' + (i % 26)), i * 79));
    }

    [Fact]
    public async Task LargeItem_ThatNobodyTakes_IsTakenBackAtTheTimeout()
    {
        using var queue = new ProcessQueue<byte[]>(0, byteCapacity: 100);
        Assert.False(queue.TryPut(new byte[500]));
        Assert.False(queue.TryPut(new byte[500], TimeSpan.FromMilliseconds(20)));
        using var cancellation = new CancellationTokenSource();
        var putting = queue.PutAsync(new byte[500], cancellation.Token).AsTask();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => putting.Soon());
        Assert.Equal(0, queue.Count);
        Assert.True(queue.Join(TimeSpan.Zero));
        queue.Put([1, 2, 3]);
        Assert.Equal([1, 2, 3], queue.Take());
    }

    [Fact]
    public void Completed_RefusesALargeItemToo()
    {
        using var queue = new ProcessQueue<byte[]>(0, byteCapacity: 100);
        queue.Complete();
        Assert.Throws<QueueCompletedException>(() => queue.Put(new byte[500]));
    }

#if DEBUG
    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public async Task PutterKilledBetweenPieces_ItsItemIsDropped_AndTheNextComesWhole(int pieces)
    {
        using var queue = new ProcessQueue<byte[]>(0, byteCapacity: 100);
        var taker = Blocking.Run(() => queue.Take());
        using var child = ChildProcess.Start(PutAndCrash, Crossing.Send(queue), "put: piece in", pieces.ToString());
        await child.DieAsync();
        queue.Put(Filled(700));
        Assert.Equal(Filled(700), await taker.Soon());
        queue.MarkDone();
        Assert.True(queue.Join(TimeSpan.Zero));
        Assert.Equal(0, queue.Count);
    }

    [Theory, InlineData(1), InlineData(4)]
    public async Task TakerKilledBetweenPieces_TakesItsItemWithIt_AndTheNextComesWhole(int pieces)
    {
        using var queue = new ProcessQueue<byte[]>(0, byteCapacity: 100);
        using var child = ChildProcess.Start(TakeAndCrash, Crossing.Send(queue), "take: piece out", pieces.ToString());
        await child.WaitFor("taking");
        var putting = Blocking.Run(() =>
        {
            queue.Put(Filled(1_000));
            queue.Put(Filled(900));
            queue.Put(Filled(3));
        });
        await child.DieAsync();
        Assert.Equal(Filled(900), await Blocking.Run(() => queue.Take()).Soon());
        Assert.Equal(Filled(3), await Blocking.Run(() => queue.Take()).Soon());
        await putting.Soon();
    }

    private static void PutAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<byte[]>>(arguments[0]);
        Program.CrashAt(arguments[1], int.Parse(arguments[2]));
        queue.Put(Filled(1_000));
    }

    private static void TakeAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<byte[]>>(arguments[0]);
        Program.CrashAt(arguments[1], int.Parse(arguments[2]));
        Program.Say("taking");
        queue.Take();
    }
#endif

    private static byte[] Filled(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i + length))];
}
