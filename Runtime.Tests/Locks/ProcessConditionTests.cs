using System.Text.Json;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Locks;

public sealed class ProcessConditionTests : ConditionContractTests
{
    private protected override (ProcessCondition Waiter, ProcessCondition Pulser) Create()
    {
        var both = new ProcessCondition(new ProcessLock());
        return (both, both);
    }

    [Fact]
    public async Task ReentrantLock_IsGivenUpWhole_AndHeldAsOftenAfterwards()
    {
        using var gate = new ProcessLock(reentrant: true);
        using var condition = new ProcessCondition(gate);
        using var hasBegun = new SemaphoreSlim(0);
        var waiting = Blocking.Run(() =>
        {
            using var outer = gate.Acquire();
            using (gate.Acquire())
            {
                hasBegun.Release();
                condition.Wait();
            }

            return IsFreeForOthers(gate);
        });
        await hasBegun.WaitAsync().WaitAsync(Blocking.Patience);
        await Blocking.Run(() =>
        {
            using var scope = gate.Acquire();
            condition.Pulse();
        }).Soon();
        Assert.False(await waiting.Soon());
        Assert.True(IsFreeForOthers(gate));
    }

    [Fact]
    public async Task ReentrantLock_IsNotForAsynchronousCode()
    {
        using var gate = new ProcessLock(reentrant: true);
        using var condition = new ProcessCondition(gate);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => condition.WaitAsync().AsTask());
        Assert.Contains("await", error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Dispose_EndsTheWaitsOfThisObject_WithTheLockHeld(bool async)
    {
        using var gate = new ProcessLock();
        var condition = new ProcessCondition(gate);
        var scope = gate.Acquire();
        var waiting = async ? condition.WaitAsync().AsTask() : Blocking.Run(() => condition.Wait());
        // It has the lock until the wait has begun.
        Assert.True(gate.TryAcquire(Blocking.Patience, out var meanwhile));
        condition.Dispose();
        condition.Dispose();
        meanwhile.Dispose();
        Assert.Equal(nameof(ProcessCondition), (await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Soon())).ObjectName);
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        scope.Dispose();
        using var again = gate.Acquire();
        Assert.Throws<ObjectDisposedException>(condition.Pulse);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task LockDisposedDuringTheWait_Throws(bool async)
    {
        var gate = new ProcessLock();
        using var other = Crossing.Receive<ProcessLock>(Crossing.Send(gate));
        using var condition = new ProcessCondition(gate);
        gate.Acquire();
        var waiting = async ? condition.WaitAsync().AsTask() : Blocking.Run(() => condition.Wait());
        using (var meanwhile = other.Acquire())
        {
            gate.Dispose();
            condition.Dispose();
            Assert.Equal(nameof(ProcessLock), (await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Soon())).ObjectName);
        }

        other.Acquire().Dispose();
    }

    [Fact]
    public void Named_IsOne_AndBelongsToOneLock()
    {
        var name = $"{Guid.NewGuid()}";
        using var gate = new ProcessLock(name);
        using var sameGate = new ProcessLock(name);
        using var otherGate = new ProcessLock();
        using var condition = new ProcessCondition(gate, name);
        using var same = new ProcessCondition(sameGate, name);
        Assert.Contains("another lock", Assert.Throws<ArgumentException>(() => new ProcessCondition(otherGate, name)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new ProcessCondition(null!));
    }

    [Fact]
    public void ReferencesThatDoNotBelongTogether_AreRefused()
    {
        using var gate = new ProcessLock();
        using var other = new ProcessLock();
        using var condition = new ProcessCondition(gate);
        var parts = JsonSerializer.Deserialize<string[]>(JsonSerializer.Serialize(condition))!;
        Assert.Throws<InvalidDataException>(() => JsonSerializer.Deserialize<ProcessCondition>(JsonSerializer.Serialize<string[]>([Crossing.Send(other), parts[1]])));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProcessCondition>(JsonSerializer.Serialize<string[]>([Crossing.Send(gate)])));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProcessCondition>("\"text\""));
    }

    [Fact]
    public async Task DeadWaiter_TakesNoPulse()
    {
        using var gate = new ProcessLock();
        using var condition = new ProcessCondition(gate);
        using var child = ChildProcess.Start(WaitForEver, JsonSerializer.Serialize(condition));
        await child.WaitFor("waiting");
        using var scope = gate.Acquire();
        var waiting = condition.WaitAsync().AsTask();
        child.Kill();
        await child.DieAsync();
        using (gate.Acquire())
            condition.Pulse();
        await waiting.Soon();
    }

    [Fact]
    public async Task HolderThatDiesMeanwhile_IsToldByTheLock()
    {
        using var gate = new ProcessLock();
        using var condition = new ProcessCondition(gate);
        using var scope = gate.Acquire();
        Assert.False(gate.WasAbandoned);
        var waiting = condition.WaitAsync().AsTask();
        using var child = ChildProcess.Start(PulseAndHold, JsonSerializer.Serialize(condition));
        await child.WaitFor("pulsed");
        child.Kill();
        await waiting.Soon();
        Assert.True(gate.WasAbandoned);
        scope.Dispose();
        Assert.False(gate.WasAbandoned);
        using var next = gate.Acquire();
        Assert.False(gate.WasAbandoned);
    }

#if DEBUG
    [Theory]
    [InlineData("condition: place taken")]
    [InlineData("lock: freed, nobody woken yet")]
    [InlineData("doorbell: about to park")]
    [InlineData("lock: taken")]
    public async Task WaiterKilledAtEachStep_TakesNoPulseWithIt(string step)
    {
        using var gate = new ProcessLock();
        using var condition = new ProcessCondition(gate);
        // The second time it takes the lock is after the pulse.
        using var child = ChildProcess.Start(WaitAndCrash, JsonSerializer.Serialize(condition), step, step == "lock: taken" ? "2" : "1");
        await child.WaitFor("waiting");
        if (step != "lock: taken")
            await child.DieAsync();
        using var scope = gate.Acquire();
        var waiting = condition.WaitAsync().AsTask();
        using (gate.Acquire())
        {
            condition.Pulse();
            if (step == "lock: taken")
                condition.Pulse();
        }

        await waiting.Soon();
        scope.Dispose();
        await child.DieAsync();
    }

    [Fact]
    public async Task WaiterKilledBetweenItsPulseAndTheLock_PassesThePulseOn()
    {
        using var gate = new ProcessLock();
        using var condition = new ProcessCondition(gate);
        using var child = ChildProcess.Start(WaitForEver, JsonSerializer.Serialize(condition));
        await child.WaitFor("waiting");
        using var scope = gate.Acquire();
        var waiting = condition.WaitAsync().AsTask();
        // Pulsed while it lives, it can't act on that: the lock is held until it is dead.
        using (gate.Acquire())
        {
            condition.Pulse();
            child.Kill();
            await child.DieAsync();
        }

        await waiting.Soon();
    }

    [Fact]
    public async Task PulserKilledBeforeItWokeAnybody_HasPulsed()
    {
        using var gate = new ProcessLock();
        using var condition = new ProcessCondition(gate);
        using var scope = gate.Acquire();
        var waiting = condition.WaitAsync().AsTask();
        using var child = ChildProcess.Start(PulseAndCrash, JsonSerializer.Serialize(condition), "condition: pulsed, nobody woken yet");
        await child.DieAsync();
        await waiting.Soon();
        Assert.True(gate.WasAbandoned);
    }

    private static void WaitAndCrash(string[] arguments)
    {
        var condition = JsonSerializer.Deserialize<ProcessCondition>(arguments[0])!;
        Program.CrashAt(arguments[1], int.Parse(arguments[2], System.Globalization.CultureInfo.InvariantCulture));
        using var scope = condition.Lock.Acquire();
        Program.Say("waiting");
        condition.Wait();
    }

    private static void PulseAndCrash(string[] arguments)
    {
        var condition = JsonSerializer.Deserialize<ProcessCondition>(arguments[0])!;
        Program.CrashAt(arguments[1]);
        using var scope = condition.Lock.Acquire();
        condition.Pulse();
    }
#endif

    private static bool IsFreeForOthers(ProcessLock gate)
    {
        var isFree = false;
        var other = new Thread(() => isFree = gate.TryAcquire(TimeSpan.Zero, out _));
        other.Start();
        other.Join();
        return isFree;
    }

    private static void WaitForEver(string[] arguments)
    {
        var condition = JsonSerializer.Deserialize<ProcessCondition>(arguments[0])!;
        using var scope = condition.Lock.Acquire();
        Program.Say("waiting");
        while (true)
            condition.Wait();
    }

    private static void PulseAndHold(string[] arguments)
    {
        var condition = JsonSerializer.Deserialize<ProcessCondition>(arguments[0])!;
        condition.Lock.Acquire();
        condition.Pulse();
        Program.Say("pulsed");
        Thread.Sleep(Timeout.Infinite);
    }
}

/// <summary>The same with two objects, as two processes have them.</summary>
public sealed class ReceivedProcessConditionTests : ConditionContractTests
{
    private protected override (ProcessCondition Waiter, ProcessCondition Pulser) Create()
    {
        var waiter = new ProcessCondition(new ProcessLock());
        return (waiter, JsonSerializer.Deserialize<ProcessCondition>(JsonSerializer.Serialize(waiter))!);
    }
}
