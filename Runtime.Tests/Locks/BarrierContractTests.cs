namespace Tandem.Runtime.Tests.Locks;

/// <summary>What a barrier promises, whoever has it. Run with one object, and with two on the same memory, as processes have it.</summary>
public abstract class BarrierContractTests
{
    /// <summary>One barrier, seen from two sides.</summary>
    private protected abstract (ProcessBarrier One, ProcessBarrier Other) Create(int participants);

    [Theory, InlineData(false), InlineData(true)]
    public async Task NobodyGoesOn_BeforeAllHaveCome_InAnyPhase(bool async)
    {
        const int Participants = 4, Phases = 200;
        var (one, other) = Create(Participants);
        var arrived = new int[Phases];
        var early = 0;
        await Task.WhenAll(Enumerable.Range(0, Participants).Select(number => Blocking.Run(async () =>
        {
            var barrier = number % 2 == 0 ? one : other;
            for (var phase = 0; phase < Phases; phase++)
            {
                Interlocked.Increment(ref arrived[phase]);
                if (async)
                    await barrier.SignalAndWaitAsync();
                else
                    barrier.SignalAndWait();
                if (Volatile.Read(ref arrived[phase]) != Participants)
                    Interlocked.Increment(ref early);
            }
        }).Unwrap())).Soon();
        Assert.Equal(0, early);
        Assert.Equal(Phases, other.CurrentPhaseNumber);
        End(one, other);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task WhoGivesUp_HasNotCome_AndNothingIsBroken(bool async)
    {
        var (one, other) = Create(3);
        using var cancellation = new CancellationTokenSource();
        var first = WaitAt(one, async);
        var second = WaitAt(other, async, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        Assert.False(other.IsBroken);
        await Task.WhenAll(WaitAt(one, async), WaitAt(other, async), first).Soon();
        Assert.Equal(1, one.CurrentPhaseNumber);
        End(one, other);
    }

    [Fact]
    public void TimedOut_HasNotCome()
    {
        var (one, other) = Create(2);
        Assert.False(one.SignalAndWait(TimeSpan.Zero));
        Assert.False(other.SignalAndWait(TimeSpan.FromMilliseconds(5)));
        Assert.Equal(2, one.ParticipantsRemaining);
        Assert.Equal(0, one.CurrentPhaseNumber);
        End(one, other);
    }

    [Fact]
    public async Task LastOne_NeedNotWait()
    {
        var (one, other) = Create(2);
        var first = one.SignalAndWaitAsync().AsTask();
        Assert.Equal(1, other.ParticipantsRemaining);
        Assert.True(other.SignalAndWait(TimeSpan.Zero));
        await first.Soon();
        Assert.Equal(2, other.ParticipantsRemaining);
        End(one, other);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Abort_BreaksItForAll_UntilReset(bool async)
    {
        var (one, other) = Create(3);
        var waiting = new[] { WaitAt(one, async), WaitAt(other, async) };
        other.Abort();
        foreach (var each in waiting)
            Assert.Contains("aborted", (await Assert.ThrowsAsync<BrokenBarrierException>(() => each.Soon())).Message, StringComparison.Ordinal);
        Assert.True(one.IsBroken);
        await Assert.ThrowsAsync<BrokenBarrierException>(() => WaitAt(one, async).Soon());
        other.Reset();
        Assert.False(one.IsBroken);
        await Task.WhenAll(WaitAt(one, async), WaitAt(other, async), WaitAt(one, async)).Soon();
        End(one, other);
    }

    [Fact]
    public async Task Abort_AfterAPhaseWasCompleted_SaysNothingOfThatPhase()
    {
        for (var round = 0; round < 50; round++)
        {
            var (one, other) = Create(2);
            var first = one.SignalAndWaitAsync().AsTask();
            other.SignalAndWait();
            other.Abort();
            await first.Soon();
            End(one, other);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Reset_SendsThoseAwayWhoWait_AndBeginsAnew(bool async)
    {
        var (one, other) = Create(2);
        // An asynchronous caller has come when the call returns.
        var waiting = async ? one.SignalAndWaitAsync().AsTask() : Arrived(one);
        other.Reset();
        Assert.Contains("reset", (await Assert.ThrowsAsync<BrokenBarrierException>(() => waiting.Soon())).Message, StringComparison.Ordinal);
        await Task.WhenAll(WaitAt(one, async), WaitAt(other, async)).Soon();
        Assert.Equal(1, other.CurrentPhaseNumber);
        End(one, other);

        static Task Arrived(ProcessBarrier barrier)
        {
            var waiting = Blocking.Run(() => barrier.SignalAndWait());
            Assert.True(SpinWait.SpinUntil(() => barrier.ParticipantsRemaining == 1, Blocking.Patience));
            return waiting;
        }
    }

    [Fact]
    public async Task CancelledBefore_Throws_AndHasNotCome()
    {
        var (one, other) = Create(1);
        Assert.Throws<OperationCanceledException>(() => one.SignalAndWait(new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.SignalAndWaitAsync(new CancellationToken(true)).AsTask());
        Assert.Equal(0, other.CurrentPhaseNumber);
        other.SignalAndWait();
        Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => one.SignalAndWait(TimeSpan.FromSeconds(-1))).ParamName);
        End(one, other);
    }

    private static void End(ProcessBarrier one, ProcessBarrier other)
    {
        one.Dispose();
        other.Dispose();
    }

    private static Task WaitAt(ProcessBarrier barrier, bool async, CancellationToken cancellationToken = default) =>
        async ? barrier.SignalAndWaitAsync(cancellationToken).AsTask() : Blocking.Run(() => barrier.SignalAndWait(cancellationToken));
}
