namespace Tandem.Runtime.Tests.Locks;

/// <summary>What every lock of the library promises, whoever shares it. Run for each by a class of its own.</summary>
public abstract class LockContractTests
{
    protected abstract ILockUnderTest Create();

    [Theory, InlineData(false), InlineData(true)]
    public async Task Acquire_Excludes(bool async)
    {
        const int Workers = 4, Rounds = 2_000;
        using var gate = Create();
        var counter = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Blocking.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                using (async ? await gate.AcquireAsync() : gate.Acquire())
                    counter++;
            }
        }).Unwrap())).Soon();
        Assert.Equal(Workers * Rounds, counter);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Release_LetsTheWaiterIn(bool async)
    {
        using var gate = Create();
        var held = gate.Acquire();
        var waiter = AcquireOn(gate, async);
        Assert.False(waiter.IsCompleted);
        held.Dispose();
        (await waiter.Soon()).Dispose();
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Acquire_WhenCancelledWhileWaiting_ThrowsAndLeavesTheLockWhole(bool async)
    {
        using var gate = Create();
        using var cancellation = new CancellationTokenSource();
        var held = gate.Acquire();
        var waiter = AcquireOn(gate, async, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter.Soon());
        held.Dispose();
        gate.Acquire().Dispose();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Acquire_WhenCancelledBefore_ThrowsThoughTheLockIsFree(bool async)
    {
        using var gate = Create();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AcquireOn(gate, async, new CancellationToken(true)).Soon());
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task CancelledWaiter_DoesNotHoldUpTheNext(bool async)
    {
        using var gate = Create();
        using var cancellation = new CancellationTokenSource();
        var held = gate.Acquire();
        var first = AcquireOn(gate, async, cancellation.Token);
        var second = AcquireOn(gate, async);
        cancellation.Cancel();
        held.Dispose();
        // The first may have been granted the lock before the cancellation reached it; then it passes it on.
        await first.ContinueWith(task => { if (task.IsCompletedSuccessfully) task.Result.Dispose(); }, TaskScheduler.Default).Soon();
        (await second.Soon()).Dispose();
    }

    [Fact]
    public async Task Cancellation_RacingWithRelease_NeverLosesTheLock()
    {
        using var gate = Create();
        for (var round = 0; round < 300; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var held = gate.Acquire();
            var waiter = gate.AcquireAsync(cancellation.Token).AsTask();
            var cancel = Task.Run(cancellation.Cancel);
            held.Dispose();
            try
            {
                (await waiter.Soon()).Dispose();
            }
            catch (OperationCanceledException)
            {
            }

            await cancel;
            gate.Acquire().Dispose();
        }
    }

    [Fact]
    public void TryAcquire_WhenHeld_ReturnsFalseAtTheTimeout()
    {
        using var gate = Create();
        using var held = gate.Acquire();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out var none));
        Assert.False(gate.TryAcquire(TimeSpan.FromMilliseconds(20), out _));
        none.Dispose();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void TryAcquire_WhenFree_ReturnsAHold()
    {
        using var gate = Create();
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out var scope));
        Assert.False(scope.WasAbandoned);
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        scope.Dispose();
        Assert.True(gate.TryAcquire(Timeout.InfiniteTimeSpan, out _));
    }

    [Theory, InlineData(-2), InlineData(int.MaxValue + 1L)]
    public void TryAcquire_WithATimeoutThatIsNone_Throws(long milliseconds)
    {
        using var gate = Create();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => gate.TryAcquire(TimeSpan.FromMilliseconds(milliseconds), out _));
        Assert.Equal("timeout", error.ParamName);
    }

    [Fact]
    public async Task Release_FromAnotherThread_Releases()
    {
        using var gate = Create();
        gate.Acquire();
        await Blocking.Run(gate.Release);
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void Release_WhenNotHeld_Throws()
    {
        using var gate = Create();
        Assert.Contains("not held", Assert.Throws<SynchronizationLockException>(gate.Release).Message, StringComparison.Ordinal);
        gate.Acquire().Dispose();
        Assert.Throws<SynchronizationLockException>(gate.Release);
    }

    [Fact]
    public void Scope_DisposedTwice_LeavesTheNextHoldAlone()
    {
        using var gate = Create();
        var first = gate.Acquire();
        var copy = first;
        first.Dispose();
        using var second = gate.Acquire();
        first.Dispose();
        copy.Dispose();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void Scope_DisposedAfterRelease_LeavesTheNextHoldAlone()
    {
        using var gate = Create();
        var first = gate.Acquire();
        gate.Release();
        using var second = gate.Acquire();
        first.Dispose();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public async Task Scope_DisposedByManyAtOnce_ReleasesOnce()
    {
        using var gate = Create();
        for (var round = 0; round < 200; round++)
        {
            var scope = gate.Acquire();
            using var start = new Barrier(2);
            var other = Blocking.Run(() =>
            {
                start.SignalAndWait();
                scope.Dispose();
            });
            start.SignalAndWait();
            scope.Dispose();
            var next = gate.Acquire();
            await other.Soon();
            Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
            next.Dispose();
        }
    }

    /// <summary>Acquires on a thread that may block, or without one.</summary>
    private static Task<LockScope> AcquireOn(ILockUnderTest gate, bool async, CancellationToken cancellationToken = default) =>
        async ? gate.AcquireAsync(cancellationToken).AsTask() : Blocking.Run(() => gate.Acquire(cancellationToken));
}
