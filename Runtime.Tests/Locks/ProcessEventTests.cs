using System.Text.Json;
using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Locks;

public sealed class ProcessEventTests : EventContractTests
{
    private protected override (ProcessEvent Setter, ProcessEvent Waiter) Create(bool initialState, EventResetMode mode)
    {
        var both = new ProcessEvent(initialState, mode);
        return (both, both);
    }

    [Fact]
    public void ByDefault_IsManualAndNotSet()
    {
        using var signal = new ProcessEvent();
        Assert.False(signal.IsSet);
        signal.Set();
        Assert.True(signal.Wait(TimeSpan.Zero));
        Assert.True(signal.IsSet);
    }

    [Fact]
    public void Named_IsOne_AndItsModeIsSettled()
    {
        var name = $"{Guid.NewGuid()}";
        using var signal = new ProcessEvent(name, mode: EventResetMode.AutoReset);
        using var same = new ProcessEvent(name, initialState: true, EventResetMode.AutoReset);
        Assert.False(same.IsSet);
        signal.Set();
        Assert.True(same.Wait(TimeSpan.Zero));
        Assert.Contains("automatic", Assert.Throws<ArgumentException>(() => new ProcessEvent(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Crosses_AtAnyDepthOfAnArgument()
    {
        using var signal = new ProcessEvent();
        using var received = JsonSerializer.Deserialize<Dictionary<string, ProcessEvent>>(JsonSerializer.Serialize(new Dictionary<string, ProcessEvent> { ["a"] = signal }))!["a"];
        received.Set();
        Assert.True(signal.IsSet);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Dispose_EndsTheWaitsOfThisObject(bool async)
    {
        var signal = new ProcessEvent();
        using var other = Crossing.Receive<ProcessEvent>(Crossing.Send(signal));
        var waiting = async ? signal.WaitAsync().AsTask() : Blocking.Run(() => signal.Wait());
        signal.Dispose();
        signal.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Soon());
        Assert.Equal(nameof(ProcessEvent), Assert.Throws<ObjectDisposedException>(signal.Set).ObjectName);
        Assert.Throws<ObjectDisposedException>(signal.Reset);
        Assert.Throws<ObjectDisposedException>(() => signal.IsSet);
        other.Set();
    }

    [Fact]
    public async Task DeadWaiter_TakesNoSignal()
    {
        using var signal = new ProcessEvent(false, EventResetMode.AutoReset);
        using var child = ChildProcess.Start(WaitForEver, Crossing.Send(signal));
        await child.WaitFor("waiting");
        var waiting = signal.WaitAsync().AsTask();
        child.Kill();
        await child.DieAsync();
        signal.Set();
        await waiting.Soon();
    }

#if DEBUG
    [Fact]
    public async Task SignalTakenForACallerWhoIsCancelled_IsHis()
    {
        using var child = ChildProcess.Start(CancelAsTheSignalIsTaken);
        await child.SucceedAsync();
    }

    private static void CancelAsTheSignalIsTaken(string[] arguments)
    {
        using var signal = new ProcessEvent(false, EventResetMode.AutoReset);
        using var cancellation = new CancellationTokenSource();
        var waiting = signal.WaitAsync(cancellation.Token).AsTask();
        var cancelling = new Thread(cancellation.Cancel);
        CrashPoint.Reached = step =>
        {
            if (step != "event: signal taken")
                return;
            CrashPoint.Reached = null;
            cancelling.Start();
            // Until it has cancelled the wait, or waits its turn to do so.
            SpinWait.SpinUntil(() => cancellation.IsCancellationRequested && (cancelling.ThreadState & (ThreadState.Stopped | ThreadState.WaitSleepJoin)) != 0);
        };
        signal.Set();
        waiting.Soon().GetAwaiter().GetResult();
        cancelling.Join();
    }

    [Theory]
    [InlineData(EventResetMode.ManualReset)]
    [InlineData(EventResetMode.AutoReset)]
    public async Task SetterKilledBeforeItWokeAnybody_HasSetTheEvent(EventResetMode mode)
    {
        using var signal = new ProcessEvent(false, mode);
        var waiting = Blocking.Run(() => signal.Wait());
        using var child = ChildProcess.Start(SetAndCrash, Crossing.Send(signal), "event: set, nobody woken yet");
        await child.DieAsync();
        await waiting.Soon();
        Assert.Equal(mode == EventResetMode.ManualReset, signal.IsSet);
    }

    [Theory]
    [InlineData("doorbell: about to park", true)]
    [InlineData("event: signal taken", false)]
    public async Task WaiterKilledAtEachStep_TakesTheSignalOrLeavesIt(string step, bool isLeft)
    {
        using var signal = new ProcessEvent(isLeft is false, EventResetMode.AutoReset);
        using var child = ChildProcess.Start(WaitAndCrash, Crossing.Send(signal), step);
        await child.DieAsync();
        Assert.False(signal.IsSet);
        signal.Set();
        Assert.True(signal.Wait(TimeSpan.Zero));
    }

    private static void SetAndCrash(string[] arguments)
    {
        var signal = Crossing.Receive<ProcessEvent>(arguments[0]);
        Program.CrashAt(arguments[1]);
        signal.Set();
    }

    private static void WaitAndCrash(string[] arguments)
    {
        var signal = Crossing.Receive<ProcessEvent>(arguments[0]);
        Program.CrashAt(arguments[1]);
        signal.Wait();
    }
#endif

    private static void WaitForEver(string[] arguments)
    {
        var signal = Crossing.Receive<ProcessEvent>(arguments[0]);
        Program.Say("waiting");
        signal.Wait();
    }
}

/// <summary>The same with two objects, as two processes have them.</summary>
public sealed class ReceivedProcessEventTests : EventContractTests
{
    private protected override (ProcessEvent Setter, ProcessEvent Waiter) Create(bool initialState, EventResetMode mode)
    {
        var setter = new ProcessEvent(initialState, mode);
        return (setter, Crossing.Receive<ProcessEvent>(Crossing.Send(setter)));
    }
}
