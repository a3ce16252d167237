namespace Tandem.Runtime.Tests.Locks;

/// <summary>What an event promises, whoever has it. Run with one object, and with two on the same memory, as processes have it.</summary>
public abstract class EventContractTests
{
    /// <summary>One event, seen from the side that sets it and from the side that waits.</summary>
    private protected abstract (ProcessEvent Setter, ProcessEvent Waiter) Create(bool initialState, EventResetMode mode);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Manual_LetsAllThrough_AndAllWhoCome_UntilItIsReset(bool async)
    {
        var (setter, waiter) = Create(false, EventResetMode.ManualReset);
        var waiting = Enumerable.Range(0, 3).Select(_ => WaitOn(waiter, async)).ToArray();
        Assert.False(waiter.IsSet);
        Assert.False(waiter.Wait(TimeSpan.Zero));
        setter.Set();
        await Task.WhenAll(waiting).Soon();
        await WaitOn(waiter, async).Soon();
        Assert.True(waiter.Wait(TimeSpan.Zero));
        setter.Reset();
        Assert.False(waiter.IsSet);
        Assert.False(waiter.Wait(TimeSpan.FromMilliseconds(5)));
        End(setter, waiter);
    }

    [Fact]
    public async Task Manual_SetAndResetAtOnce_LetsAllThroughWhoWaited()
    {
        var (setter, waiter) = Create(false, EventResetMode.ManualReset);
        // An asynchronous wait begins with the call.
        var waiting = Enumerable.Range(0, 3).Select(_ => waiter.WaitAsync().AsTask()).ToArray();
        setter.Set();
        setter.Reset();
        await Task.WhenAll(waiting).Soon();
        Assert.False(waiter.Wait(TimeSpan.Zero));
        End(setter, waiter);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Automatic_LetsOneThroughForEachSet(bool async)
    {
        var (setter, waiter) = Create(false, EventResetMode.AutoReset);
        var waiting = Enumerable.Range(0, 3).Select(_ => WaitOn(waiter, async)).ToList();
        while (waiting.Count > 0)
        {
            setter.Set();
            waiting.Remove(await Task.WhenAny(waiting).Soon());
            Assert.False(setter.IsSet);
            Assert.All(waiting, static task => Assert.False(task.IsCompleted));
        }

        Assert.False(waiter.Wait(TimeSpan.Zero));
        End(setter, waiter);
    }

    [Fact]
    public void Automatic_SetTwice_IsSetOnce()
    {
        var (setter, waiter) = Create(false, EventResetMode.AutoReset);
        setter.Set();
        setter.Set();
        Assert.True(waiter.Wait(TimeSpan.Zero));
        Assert.False(waiter.Wait(TimeSpan.Zero));
        End(setter, waiter);
    }

    [Fact]
    public async Task Automatic_PassesOneSignalToAndFro_AndLosesNone()
    {
        var (ping, pong) = Create(false, EventResetMode.AutoReset);
        var (back, there) = Create(false, EventResetMode.AutoReset);
        const int Rounds = 3_000;
        var other = Blocking.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                pong.Wait();
                back.Set();
            }
        });
        await Blocking.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                ping.Set();
                there.Wait();
            }
        }).Soon();
        await other.Soon();
        End(ping, pong, back, there);
    }

    [Theory, InlineData(EventResetMode.ManualReset), InlineData(EventResetMode.AutoReset)]
    public void SetAtFirst_LetsThrough(EventResetMode mode)
    {
        var (setter, waiter) = Create(true, mode);
        Assert.True(waiter.IsSet);
        waiter.Wait();
        Assert.Equal(mode == EventResetMode.ManualReset, setter.IsSet);
        End(setter, waiter);
    }

    [Theory]
    [InlineData(EventResetMode.ManualReset, false)]
    [InlineData(EventResetMode.ManualReset, true)]
    [InlineData(EventResetMode.AutoReset, false)]
    [InlineData(EventResetMode.AutoReset, true)]
    public async Task Cancelled_Throws_AndTakesNoSignal(EventResetMode mode, bool async)
    {
        var (setter, waiter) = Create(false, mode);
        using var cancellation = new CancellationTokenSource();
        var waiting = WaitOn(waiter, async, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitOn(waiter, async, cancellation.Token).Soon());
        setter.Set();
        Assert.True(waiter.Wait(TimeSpan.Zero));
        End(setter, waiter);
    }

    [Theory, InlineData(-2), InlineData(int.MaxValue + 1L)]
    public void TimeoutThatIsNone_Throws(long milliseconds)
    {
        var (setter, waiter) = Create(true, EventResetMode.ManualReset);
        Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => waiter.Wait(TimeSpan.FromMilliseconds(milliseconds))).ParamName);
        End(setter, waiter);
    }

    private static void End(params IEnumerable<ProcessEvent> events)
    {
        foreach (var each in events)
            each.Dispose();
    }

    private static Task WaitOn(ProcessEvent signal, bool async, CancellationToken cancellationToken = default) =>
        async ? signal.WaitAsync(cancellationToken).AsTask() : Blocking.Run(() => signal.Wait(cancellationToken));
}
