using System.Globalization;
using System.Numerics;
using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Queues;

/// <summary>Real processes, killed in earnest: an item is in or out, never torn, and nobody waits for the dead.</summary>
public sealed class ProcessQueueCrashTests(ITestOutputHelper output)
{
    /// <summary>
    /// The numbers: how many items were seen torn, and how many twice; how often a producer died between beginning a Put and its return; from
    /// <see cref="Begun"/> on, for each producer, how many it has begun, and how many it has finished; then a bit for each item that came out.
    /// </summary>
    private const int Torn = 0, Twice = 1, Uncertain = 2, Begun = 3, Finished = Begun + Producers, CameOut = Finished + Producers;

    private const int Producers = 2, Consumers = 2, BitsInWord = 64, WordsOfEach = 1 << 20;

    [Fact]
    public async Task RandomProducersAndConsumers_Killed_EachItemComesOutAtMostOnceAndWhole()
    {
        var random = Stress.Seeded(output);
        // Small, so that it is full and empty again and again and every item wraps round its end some time.
        using var queue = new ProcessQueue<string>(capacity: 20, byteCapacity: 10_000);
        using var numbers = new SharedNumbers(CameOut + (Producers * WordsOfEach));
        var children = new ChildProcess[Producers + Consumers];
        for (var i = 0; i < children.Length; i++)
            children[i] = StartChild(queue, numbers, i);
        var deadConsumers = 0;
        var rounds = Stress.Rounds(80);
        for (var round = 0; round < rounds; round++)
        {
            var victim = random.Next(children.Length);
            await children[victim].WaitFor("working");
            Thread.SpinWait(random.Next(20_000));
            children[victim].Kill();
            deadConsumers += victim >= Producers ? 1 : 0;
            // The test takes and puts too: it gets its turn however the child died.
            Assert.True(queue.TryTake(out var item, Blocking.Patience), $"Round {round}: nobody puts.");
            Record(item, numbers);
            Assert.True(queue.TryPut(Filler, Blocking.Patience), $"Round {round}: nobody takes.");
            children[victim].Dispose();
            children[victim] = StartChild(queue, numbers, victim);
        }

        foreach (var child in children)
        {
            child.Kill();
            await child.DieAsync();
            child.Dispose();
        }

        deadConsumers += Consumers;
        queue.Complete();
        while (queue.TryTake(out var item))
            Record(item, numbers);

        for (var producer = 0; producer < Producers; producer++)
            NoteUncertain(numbers, producer);
        var begun = Enumerable.Range(Begun, Producers).Sum(index => numbers[index]);
        var cameOut = Enumerable.Range(CameOut, Producers * WordsOfEach).Sum(index => (long)BitOperations.PopCount((ulong)numbers[index]));
        var missing = begun - cameOut;
        output.WriteLine($"{rounds} kills, {begun} items begun, {missing} missing; {numbers[Uncertain]} producers died in Put, {deadConsumers} consumers died.");
        Assert.Equal(0, numbers[Torn]);
        Assert.Equal(0, numbers[Twice]);
        Assert.True(cameOut > 0);
        // What a producer was putting when it died may be in or not; what a consumer had taken when it died is gone with it, one item at most.
        Assert.InRange(missing, 0, numbers[Uncertain] + deadConsumers);
    }

#if DEBUG
    [Theory]
    [InlineData("lock: taken", false)]
    [InlineData("put: base moved", false)]
    [InlineData("put: written, not in", false)]
    [InlineData("put: in, lock held", true)]
    [InlineData("lock: freed, nobody woken yet", true)]
    [InlineData("put: lock freed, bell not rung", true)]
    [InlineData("doorbell: nobody woken yet", true)]
    public async Task ProducerKilledAtEachStep_TheItemIsInOrNot_AndTheWaitingGoOn(string step, bool isIn)
    {
        using var queue = new ProcessQueue<string>();
        var waiter = await StartAndPark(() => queue.Take());
        using var child = ChildProcess.Start(PutAndCrash, Crossing.Send(queue), step);
        await child.DieAsync();
        queue.Put("test");
        string[] all = isIn ? ["child", "test"] : ["test"];
        Assert.Equal(all[0], await waiter.Soon());
        queue.Complete();
        Assert.Equal(all[1..], queue.TakeAllAsync().ToBlockingEnumerable());
    }

    [Theory]
    [InlineData("lock: taken", true)]
    [InlineData("take: copied, still in", true)]
    [InlineData("take: out, lock held", false)]
    [InlineData("lock: freed, nobody woken yet", false)]
    [InlineData("take: lock freed, bell not rung", false)]
    [InlineData("doorbell: nobody woken yet", false)]
    public async Task ConsumerKilledAtEachStep_TheItemIsInOrNot_AndTheWaitingGoOn(string step, bool isIn)
    {
        using var queue = new ProcessQueue<string>(1);
        queue.Put("first");
        var waiter = await StartAndPark(() =>
        {
            queue.Put("second");
            return true;
        });
        using var child = ChildProcess.Start(TakeAndCrash, Crossing.Send(queue), step);
        await child.DieAsync();
        if (isIn)
            Assert.Equal("first", queue.Take());
        await waiter.Soon();
        Assert.Equal("second", queue.Take());
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task CompleterKilledBeforeItTells_HasCompletedTheQueue_AndTheWaitingGoOn()
    {
        using var queue = new ProcessQueue<string>();
        var waiter = await StartAndPark(() => queue.TryTake(out _, Blocking.Patience));
        using var child = ChildProcess.Start(CompleteAndCrash, Crossing.Send(queue), "complete: done, nobody woken yet");
        await child.DieAsync();
        Assert.Throws<QueueCompletedException>(() => queue.Put("test"));
        Assert.False(await waiter.Soon());
        Assert.True(queue.IsCompleted);
    }

    [Fact]
    public async Task MarkerKilledBeforeItTells_TheJoiningGoOn()
    {
        using var queue = new ProcessQueue<string>();
        queue.Put("item");
        queue.Take();
        var joiner = await StartAndPark(() => queue.Join(Blocking.Patience));
        using var child = ChildProcess.Start(MarkDoneAndCrash, Crossing.Send(queue));
        await child.DieAsync();
        Assert.True(await joiner.Soon());
        Assert.Throws<InvalidOperationException>(queue.MarkDone);
    }

    [Fact]
    public async Task DeadWaiter_DoesNotKeepTheOthersFromBeingWoken()
    {
        using var queue = new ProcessQueue<string>();
        using var child = ChildProcess.Start(TakeAndCrash, Crossing.Send(queue), "doorbell: about to park");
        await child.DieAsync();
        var waiter = queue.TakeAsync().AsTask();
        queue.Put("item");
        Assert.Equal("item", await waiter.Soon());
    }

    /// <summary>Starts what blocks, and ends when it is parked or about to be: it listens, so whoever changes the queue now has to ring.</summary>
    private static async Task<Task<T>> StartAndPark<T>(Func<T> blocking)
    {
        var parked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread? thread = null;
        CrashPoint.Reached = step =>
        {
            if (step == "doorbell: about to park" && Thread.CurrentThread == Volatile.Read(ref thread))
                parked.TrySetResult();
        };
        var waiter = Blocking.Run(() =>
        {
            Volatile.Write(ref thread, Thread.CurrentThread);
            return blocking();
        });
        await parked.Task.Soon();
        CrashPoint.Reached = null;
        return waiter;
    }

    private static void PutAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.CrashAt(arguments[1]);
        queue.Put("child");
    }

    private static void CompleteAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.CrashAt(arguments[1]);
        queue.Complete();
    }

    private static void MarkDoneAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.CrashAt("doorbell: nobody woken yet");
        queue.MarkDone();
    }

    private static void TakeAndCrash(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        Program.CrashAt(arguments[1]);
        queue.Take();
    }
#endif

    private const string Filler = "filler";

    private static ChildProcess StartChild(ProcessQueue<string> queue, SharedNumbers numbers, int number) => number < Producers
        ? ChildProcess.Start(Produce, Crossing.Send(queue), Crossing.Send(numbers), number.ToString(CultureInfo.InvariantCulture))
        : ChildProcess.Start(Consume, Crossing.Send(queue), Crossing.Send(numbers));

    private static void Produce(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        var producer = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        NoteUncertain(numbers, producer);
        Program.Say("working");
        while (numbers[Begun + producer] < (long)WordsOfEach * BitsInWord)
        {
            var number = numbers[Begun + producer]++;
            queue.Put(ItemText(producer, number));
            numbers[Finished + producer] = number + 1;
        }

        throw new InvalidOperationException("More items than there are bits to note them.");
    }

    /// <summary>Whether the producer's last life ended within a Put.</summary>
    private static void NoteUncertain(SharedNumbers numbers, int producer)
    {
        if (numbers[Finished + producer] == numbers[Begun + producer])
            return;
        Interlocked.Increment(ref numbers[Uncertain]);
        numbers[Finished + producer] = numbers[Begun + producer];
    }

    private static void Consume(string[] arguments)
    {
        var queue = Crossing.Receive<ProcessQueue<string>>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        Program.Say("working");
        while (true)
            Record(queue.Take(), numbers);
    }

    /// <summary>The item says which it is, and its length and content follow from that: a torn one is seen.</summary>
    private static string ItemText(int producer, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{producer} {number} ") + new string((char)('a' + (number % 26)), (int)(number * 7919 % 900));

    private static void Record(string item, SharedNumbers numbers)
    {
        if (item == Filler)
            return;
        if (item.Split(' ') is not [var producerText, var numberText, _]
            || !int.TryParse(producerText, NumberStyles.None, CultureInfo.InvariantCulture, out var producer)
            || !long.TryParse(numberText, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || producer >= Producers || number >= numbers[Begun + producer] || item != ItemText(producer, number))
        {
            Interlocked.Increment(ref numbers[Torn]);
            return;
        }

        var bit = 1L << (int)(number % BitsInWord);
        if ((Interlocked.Or(ref numbers[CameOut + (producer * WordsOfEach) + (int)(number / BitsInWord)], bit) & bit) != 0)
            Interlocked.Increment(ref numbers[Twice]);
    }
}
