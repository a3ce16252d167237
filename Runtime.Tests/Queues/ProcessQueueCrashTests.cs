using System.Globalization;
using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Queues;

/// <summary>Real processes, killed in earnest: an item is in or out, never torn, and nobody waits for the dead.</summary>
public sealed class ProcessQueueCrashTests(ITestOutputHelper output)
{
    /// <summary>The numbers: how often an item was seen torn; from here on, for each producer, what it has begun and what it has finished; then, for each item of each producer, how often it came out.</summary>
    private const int Torn = 0, Begun = 1, Finished = Begun + Producers, CameOut = Finished + Producers;

    private const int Producers = 2, Consumers = 2, ItemsOfEach = 500_000;

    [Fact]
    public async Task RandomProducersAndConsumers_Killed_EachItemComesOutAtMostOnceAndWhole()
    {
        var random = Stress.Seeded(output);
        // Small, so that it is full and empty again and again and every item wraps round its end some time.
        using var queue = new ProcessQueue<string>(capacity: 20, byteCapacity: 10_000);
        using var numbers = new SharedNumbers(CameOut + (Producers * ItemsOfEach));
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

        Assert.Equal(0, numbers[Torn]);
        long lost = 0, cameOut = 0;
        for (var producer = 0; producer < Producers; producer++)
        {
            for (var number = 0; number < ItemsOfEach; number++)
            {
                var times = numbers[CameOut + (producer * ItemsOfEach) + number];
                Assert.InRange(times, 0, number < numbers[Begun + producer] ? 1 : 0);
                cameOut += times;
                lost += number < numbers[Finished + producer] && times == 0 ? 1 : 0;
            }
        }

        output.WriteLine($"{rounds} kills, {cameOut} items came out, {lost} were lost with the {deadConsumers} consumers that had taken them.");
        Assert.True(cameOut > 0);
        // A dead producer's last item may be in or not, but a finished Put is in; a dead consumer takes at most one item with it.
        Assert.InRange(lost, 0, deadConsumers);
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
        Program.Say("working");
        while (numbers[Begun + producer] < ItemsOfEach)
        {
            var number = numbers[Begun + producer]++;
            queue.Put(ItemText(producer, number));
            numbers[Finished + producer] = number + 1;
        }

        // More than the test counts; go on, so that nobody waits in vain.
        while (true)
            queue.Put(Filler);
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
            || producer >= Producers || number >= ItemsOfEach || item != ItemText(producer, number))
        {
            Interlocked.Increment(ref numbers[Torn]);
            return;
        }

        Interlocked.Increment(ref numbers[CameOut + (producer * ItemsOfEach) + (int)number]);
    }
}
