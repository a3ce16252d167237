using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Sharing;

public sealed class SharedValueTests
{
    [Fact]
    public void New_IsTheInitialValue_AndKeepsWhatIsWritten()
    {
        using var number = new SharedValue<int>(7);
        Assert.Equal(7, number.Value);
        number.Value = -1;
        Assert.Equal(-1, number.Value);
        using var nothing = new SharedValue<Reading>();
        Assert.Equal(default, nothing.Value);
    }

    [Fact]
    public void EverySize_KeepsItsValue()
    {
        Keeps((byte)200);
        Keeps((short)-5);
        Keeps(true);
        Keeps('ü');
        Keeps(DayOfWeek.Friday);
        Keeps(3.1415927f);
        Keeps(long.MinValue);
        Keeps(12345678901234567890.123m);
        Keeps(Guid.NewGuid());
        Keeps((1, (byte)2, 3.0));
        Keeps(new Three(1, 2, 3));

        static void Keeps<T>(T value)
            where T : unmanaged
        {
            using var shared = new SharedValue<T>();
            for (var i = 0; i < 3; i++)
            {
                shared.Value = value;
                Assert.Equal(value, shared.Value);
                shared.Value = default;
                Assert.Equal(default, shared.Value);
            }
        }
    }

    [Fact]
    public async Task ChangedInAWorker_IsChangedHere_DeepInAnArgumentToo()
    {
        using var executor = new ProcessExecutor(1);
        using var reading = new SharedValue<Reading>(new Reading(1, 1.5, DayOfWeek.Monday));
        await executor.Submit(static argument => { argument.Inner[0].Value = argument.Inner[0].Value with { Level = 2.5 }; }, new Holder([reading])).Soon();
        Assert.Equal(new Reading(1, 2.5, DayOfWeek.Monday), reading.Value);
    }

    [Fact]
    public async Task Updates_OfThreadsAndProcesses_AllCount()
    {
        const int Each = 3_000;
        using var executor = new ProcessExecutor(2);
        using var count = new SharedValue<long>();
        await Task.WhenAll(
            executor.Submit(Increase, count, Each), executor.Submit(Increase, count, Each),
            Blocking.Run(() => Increase(count, Each)), Blocking.Run(() => Increase(count, Each))).Soon();
        Assert.Equal(4 * Each, count.Value);
    }

    [Fact]
    public async Task StepsUnderTheLock_AreNotInterruptedByUpdates()
    {
        const int Each = 3_000;
        using var executor = new ProcessExecutor(1);
        using var count = new SharedValue<int>();
        var updates = executor.Submit(static (count, each) =>
        {
            for (var i = 0; i < each; i++)
                count.Update(static n => n + 1);
        }, count, Each);
        for (var i = 0; i < Each; i++)
        {
            using (count.Lock.Acquire())
                count.Value++;
        }

        await updates.Soon();
        Assert.Equal(2 * Each, count.Value);
    }

    [Fact]
    public async Task Lock_PassedByItself_IsTheValuesLock()
    {
        using var executor = new ProcessExecutor(1);
        using var count = new SharedValue<int>();
        using (count.Lock.Acquire())
            Assert.False(await executor.Submit(static gate => gate.TryAcquire(TimeSpan.Zero, out _), count.Lock).Soon());
        Assert.True(await executor.Submit(static gate =>
        {
            using (gate.Acquire())
                return true;
        }, count.Lock).Soon());
    }

    [Fact]
    public void Update_ReturnsTheNewValue_AndOneThatThrowsChangesNothing()
    {
        using var number = new SharedValue<int>(5);
        Assert.Equal(10, number.Update(static n => 2 * n));
        Assert.Throws<FormatException>(() => number.Update(static n => throw new FormatException()));
        Assert.Equal(11, number.Update(static n => n + 1));
        Assert.Throws<ArgumentNullException>(() => number.Update(null!));
    }

    [Fact]
    public async Task LargeValue_WrittenByOthers_IsNeverSeenHalf()
    {
        using var three = new SharedValue<Three>();
        using var writers = new ProcessExecutor(2);
        var writing = Enumerable.Range(1, 2).Select(number => writers.Submit(static (three, number) =>
        {
            for (var i = 0L; i < 100_000; i++)
                three.Value = new Three(number * i, number * i, number * i);
        }, three, number)).ToArray();
        var all = Task.WhenAll(writing);
        do
        {
            var (first, second, third) = three.Value;
            Assert.Equal((first, first), (second, third));
        }
        while (!all.IsCompleted);
        await all.Soon();
    }

    [Fact]
    public void Named_IsOne_AndKeepsTheValueThatItHas()
    {
        var name = $"shared value tests / {Guid.NewGuid()}";
        using var three = new SharedValue<Three>(name, new Three(1, 2, 3));
        using var same = new SharedValue<Three>(name, new Three(4, 5, 6));
        Assert.Equal(new Three(1, 2, 3), same.Value);
        same.Value = new Three(7, 8, 9);
        Assert.Equal(new Three(7, 8, 9), three.Value);
        Assert.Throws<InvalidDataException>(() => new SharedValue<long>(name));
    }

    [Fact]
    public void Disposed_SaysSo()
    {
        var number = new SharedValue<int>(5);
        number.Dispose();
        number.Dispose();
        Assert.Contains("SharedValue was disposed", Assert.Throws<ObjectDisposedException>(() => number.Value).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => { number.Value = 6; });
        Assert.Throws<ObjectDisposedException>(() => number.Update(static n => n));
        Assert.Throws<ObjectDisposedException>(() => number.Lock.Acquire());
    }

    [Fact]
    public void Disposed_WhileItsLockIsHeld_TheScopeCanStillBeReleased()
    {
        var number = new SharedValue<int>(5);
        var other = Crossing.Receive<SharedValue<int>>(Crossing.Send(number));
        using (number.Lock.Acquire())
            number.Dispose();
        Assert.Equal(6, other.Update(static n => n + 1));
        other.Dispose();
    }

    [Fact]
    public void Pointer_InTheType_IsRefused_WithItsPath()
    {
        var error = Assert.Throws<NotSupportedException>(() => new SharedValue<WithHandle>());
        Assert.Contains("WithHandle.Inner.Handle", error.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new SharedArray<nint>(1));
    }

    [Fact]
    public void ReceivedAsAnotherType_IsRefused()
    {
        using var number = new SharedValue<int>(5);
        Assert.Throws<InvalidDataException>(() => Crossing.Receive<SharedValue<uint>>(Crossing.Send(number)));
        Assert.Throws<InvalidDataException>(() => Crossing.Receive<SharedArray<int>>(Crossing.Send(number)));
    }

    [Fact]
    public void Forgotten_IsCollected() => Forgetting.LeavesNothing(static count =>
    {
        for (var i = 0; i < count; i++)
            Assert.Equal(i + 1, new SharedValue<int>(i).Update(static n => n + 1));
    });

    [Fact]
    public async Task ProcessKilledBetweenItsSteps_LeavesTheLockAndTheLastWholeValue()
    {
        using var three = new SharedValue<Three>(new Three(1, 1, 1));
        using var child = ChildProcess.Start(HoldForEver, Crossing.Send(three));
        await child.WaitFor("holding");
        child.Kill();
        await child.DieAsync();
        Assert.Equal(new Three(2, 2, 2), three.Value);
        using (var scope = three.Lock.Acquire())
            Assert.True(scope.WasAbandoned);
        Assert.Equal(new Three(3, 3, 3), three.Update(static three => new Three(three.First + 1, three.Second + 1, three.Third + 1)));
    }

#if DEBUG
    [Theory, InlineData("lock: taken"), InlineData("cell: written, not counted")]
    public async Task WriterKilledAtEachStep_LeavesTheOldValue_AndOthersGoOn(string step)
    {
        using var three = new SharedValue<Three>(new Three(1, 1, 1));
        using var child = ChildProcess.Start(WriteAndCrash, Crossing.Send(three), step);
        await child.DieAsync();
        Assert.Equal(new Three(1, 1, 1), three.Value);
        three.Value = new Three(3, 3, 3);
        Assert.Equal(new Three(3, 3, 3), three.Value);
    }

    [Fact]
    public async Task DisposedInTheMiddleOfAWrite_TheWriteCounts_AndKeepsNobodyFromWriting()
    {
        using var three = new SharedValue<Three>(new Three(1, 1, 1));
        using var child = ChildProcess.Start(WriteAndDispose, Crossing.Send(three));
        await child.WaitFor("written");
        Assert.Equal(new Three(2, 2, 2), three.Value);
        await Blocking.Run(() => three.Value = new Three(3, 3, 3)).Soon();
        Assert.Equal(new Three(3, 3, 3), three.Value);
    }

    private static void WriteAndDispose(string[] arguments)
    {
        var three = Crossing.Receive<SharedValue<Three>>(arguments[0]);
        CrashPoint.Reached = step =>
        {
            if (step == "cell: written, not counted")
                three.Dispose();
        };
        three.Value = new Three(2, 2, 2);
        Program.Say("written");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void WriteAndCrash(string[] arguments)
    {
        var three = Crossing.Receive<SharedValue<Three>>(arguments[0]);
        Program.CrashAt(arguments[1]);
        three.Value = new Three(2, 2, 2);
    }
#endif

    private static void HoldForEver(string[] arguments)
    {
        var three = Crossing.Receive<SharedValue<Three>>(arguments[0]);
        using var scope = three.Lock.Acquire();
        three.Value = new Three(2, 2, 2);
        Program.Say("holding");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void Increase(SharedValue<long> count, int times)
    {
        for (var i = 0; i < times; i++)
            count.Update(static n => n + 1);
    }

    private readonly record struct Reading(int Number, double Level, DayOfWeek Day);

    private readonly record struct Three(long First, long Second, long Third);

    private sealed record Holder(SharedValue<Reading>[] Inner);

    private readonly record struct WithHandle(int Number, Inside Inner);

    private readonly record struct Inside(nint Handle);
}
