using System.Globalization;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Queues;

/// <summary>Real processes, stopped in earnest, as by SIGSTOP or a debugger: they hold what they hold, but nobody waits for them longer than he wants to.</summary>
public sealed class ProcessQueueStopTests(ITestOutputHelper output)
{
    private const int Producers = 2, Consumers = 2, ItemsOfEach = 500_000;

    /// <summary>The numbers: whether the producers are to end; how many items each has put, the test after them; then how often each item came out.</summary>
    private const int Enough = 0, Put = 1, CameOut = Put + Producers + 1;

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task RandomProducersAndConsumers_StoppedAndContinued_EachItemComesOutOnce()
    {
        var random = Stress.Seeded(output);
        using var queue = new ProcessQueue<int>(capacity: 20);
        using var numbers = new SharedNumbers(CameOut + ((Producers + 1) * ItemsOfEach));
        var producers = Enumerable.Range(0, Producers).Select(number => ChildProcess.Start(Produce, Crossing.Send(queue), Crossing.Send(numbers), Text(number))).ToArray();
        var consumers = Enumerable.Range(0, Consumers).Select(_ => ChildProcess.Start(Consume, Crossing.Send(queue), Crossing.Send(numbers))).ToArray();
        ChildProcess[] children = [.. producers, .. consumers];
        foreach (var child in children)
            await child.WaitFor("working");
        var rounds = Stress.Rounds(100);
        for (var round = 0; round < rounds; round++)
        {
            var victim = children[random.Next(children.Length)];
            await victim.StopAsync();
            // The test puts and takes too, and gets an answer wherever the child stands.
            var timeout = random.Next(2) * TimeSpan.FromMilliseconds(1);
            var next = (Producers * ItemsOfEach) + (int)numbers[Put + Producers];
            var (hasPut, hasTaken, item) = await Blocking.Run(() => (queue.TryPut(next, timeout), queue.TryTake(out var taken, timeout), taken)).Soon();
            numbers[Put + Producers] += hasPut ? 1 : 0;
            if (hasTaken)
                Interlocked.Increment(ref numbers[CameOut + item]);
            victim.Continue();
        }

        numbers[Enough] = 1;
        foreach (var producer in producers)
            await producer.SucceedAsync();
        queue.Complete();
        foreach (var consumer in consumers)
            await consumer.SucceedAsync();
        output.WriteLine($"{rounds} stops; the producers put {numbers[Put]} and {numbers[Put + 1]} items, the test {numbers[Put + Producers]}.");
        for (var producer = 0; producer <= Producers; producer++)
        {
            for (var i = 0; i < ItemsOfEach; i++)
            {
                if (numbers[CameOut + (producer * ItemsOfEach) + i] != (i < numbers[Put + producer] ? 1 : 0))
                    Assert.Fail($"Of producer {producer}, item {i} of {numbers[Put + producer]} came out {numbers[CameOut + (producer * ItemsOfEach) + i]} times.");
            }
        }

        foreach (var child in children)
            child.Dispose();
    }

#if DEBUG
    [Theory]
    [InlineData("lock: taken", false)]
    [InlineData("put: base moved", false)]
    [InlineData("put: written, not in", false)]
    [InlineData("put: in, lock held", true)]
    public async Task ProducerStoppedInside_PuttersGiveUpInTime_AndNothingIsLost(string step, bool isIn)
    {
        using var queue = new ProcessQueue<string>();
        using var child = ChildProcess.Start(PutAndStop, Crossing.Send(queue), step);
        await child.StoppedAsync();
        Assert.False(await Blocking.Run(() => queue.TryPut("at once")).Soon());
        Assert.False(await Blocking.Run(() => queue.TryPut("within a moment", s_moment)).Soon());
        using (var cancellation = new CancellationTokenSource(s_moment))
            await Assert.ThrowsAsync<OperationCanceledException>(() => Blocking.Run(() => queue.Put("until cancelled", cancellation.Token)).Soon());
        using (var cancellation = new CancellationTokenSource(s_moment))
            await Assert.ThrowsAsync<TaskCanceledException>(() => queue.PutAsync("until cancelled, asynchronously", cancellation.Token).AsTask().Soon());

        // The taker's side is free.
        Assert.Equal(isIn, await Blocking.Run(() => queue.TryTake(out var item) && item == "child").Soon());
        var waiting = Blocking.Run(() => queue.Put("in the end"));
        child.Continue();
        await child.SucceedAsync();
        await waiting.Soon();
        queue.Complete();
        string[] all = isIn ? ["in the end"] : ["child", "in the end"];
        Assert.Equal(all.Length, queue.Count);
        Assert.Equal(all.Order(), queue.TakeAllAsync().ToBlockingEnumerable().Order());
    }

    [Theory]
    [InlineData("lock: taken", false)]
    [InlineData("put: base moved", false)]
    [InlineData("put: written, not in", false)]
    [InlineData("put: in, lock held", true)]
    public async Task ProducerStoppedInside_CompleteDoesNotWaitForIt_AndItsItemIsInOrItIsTold(string step, bool isIn)
    {
        using var queue = new ProcessQueue<string>();
        using var child = ChildProcess.Start(PutAndStop, Crossing.Send(queue), step);
        await child.StoppedAsync();
        await Blocking.Run(queue.Complete).Soon();
        string[] items = isIn ? ["child"] : [];
        Assert.Equal(items, queue.TakeAllAsync().ToBlockingEnumerable());
        Assert.True(queue.IsCompleted);
        child.Continue();
        await child.WaitFor(isIn ? "put" : "completed");
        await child.SucceedAsync();
        Assert.True(queue.IsCompleted);
    }

    [Theory]
    [InlineData("lock: taken", true)]
    [InlineData("take: copied, still in", true)]
    [InlineData("take: out, lock held", false)]
    public async Task ConsumerStoppedInside_TakersGiveUpInTime_AndNothingIsLost(string step, bool isIn)
    {
        using var queue = new ProcessQueue<string>();
        queue.Put("first");
        queue.Put("second");
        using var child = ChildProcess.Start(TakeAndStop, Crossing.Send(queue), step);
        await child.StoppedAsync();
        Assert.Equal(isIn ? 2 : 1, queue.Count);
        Assert.False(await Blocking.Run(() => queue.TryTake(out _)).Soon());
        Assert.False(await Blocking.Run(() => queue.TryTake(out _, s_moment)).Soon());
        using (var cancellation = new CancellationTokenSource(s_moment))
            await Assert.ThrowsAsync<OperationCanceledException>(() => Blocking.Run(() => queue.Take(cancellation.Token)).Soon());
        using (var cancellation = new CancellationTokenSource(s_moment))
            await Assert.ThrowsAsync<TaskCanceledException>(() => queue.TakeAsync(cancellation.Token).AsTask().Soon());

        // The putter's side is free.
        Assert.True(await Blocking.Run(() => queue.TryPut("third")).Soon());
        child.Continue();
        await child.WaitFor("took first");
        await child.SucceedAsync();
        queue.Complete();
        Assert.Equal(["second", "third"], queue.TakeAllAsync().ToBlockingEnumerable());
    }

    [Fact]
    public async Task ProducerStoppedPastItsDeadline_WithItsItemIn_SaysThatItIsIn()
    {
        using var queue = new ProcessQueue<string>();
        using var child = ChildProcess.Start(TryPutAndStop, Crossing.Send(queue), "put: in, lock held");
        await child.StoppedAsync();
        Assert.Equal("child", queue.Take());
        child.Continue();
        await child.WaitFor("True");
        await child.SucceedAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Dispose_EndsTheWaitForOneWhoIsStoppedInside(bool async)
    {
        var queue = new ProcessQueue<string>();
        using var child = ChildProcess.Start(PutAndStop, Crossing.Send(queue), "lock: taken");
        await child.StoppedAsync();
        var waiting = async ? queue.PutAsync("never").AsTask() : Blocking.Run(() => queue.Put("never"));
        queue.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Soon());
        child.Continue();
        await child.SucceedAsync();
    }

    private static void PutAndStop(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.StopAt(arguments[1]);
        try
        {
            queue.Put("child");
            Program.Say("put");
        }
        catch (QueueCompletedException)
        {
            Program.Say("completed");
        }
    }

    private static void TryPutAndStop(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.StopAt(arguments[1]);
        Program.Say(queue.TryPut("child", TimeSpan.FromTicks(1)).ToString());
    }

    private static void TakeAndStop(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.StopAt(arguments[1]);
        Program.Say($"took {queue.Take()}");
    }
#endif

    private static void Produce(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<int>>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        var producer = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        Program.Say("working");
        while (Volatile.Read(ref numbers[Enough]) == 0 && numbers[Put + producer] < ItemsOfEach)
        {
            queue.Put((producer * ItemsOfEach) + (int)numbers[Put + producer]);
            numbers[Put + producer]++;
        }

        SpinWait.SpinUntil(() => Volatile.Read(ref numbers[Enough]) != 0);
    }

    private static void Consume(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<int>>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        Program.Say("working");
        while (queue.TryTake(out var item, Timeout.InfiniteTimeSpan))
            Interlocked.Increment(ref numbers[CameOut + item]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
