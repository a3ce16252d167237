namespace Tandem.Runtime.Tests.Locks;

public sealed class ThreadLockTests : LockContractTests
{
    protected override ILockUnderTest Create() => new UnderTest(new ThreadLock());

    [Fact]
    public async Task Waiters_AreServedInTheOrderInWhichTheyCame()
    {
        var gate = new ThreadLock();
        var order = new List<int>();
        var held = gate.Acquire();
        var waiters = Enumerable.Range(0, 20).Select(async number =>
        {
            using (await gate.AcquireAsync())
                order.Add(number);
        }).ToArray();
        held.Dispose();
        await Task.WhenAll(waiters).Soon();
        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public async Task Newcomer_DoesNotOvertakeAWaiter()
    {
        var gate = new ThreadLock();
        var held = gate.Acquire();
        var waiter = gate.AcquireAsync();
        held.Dispose();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        (await waiter.AsTask().Soon()).Dispose();
    }

    [Fact]
    public async Task Hold_LivesAcrossAnAwait()
    {
        var gate = new ThreadLock();
        using (await gate.AcquireAsync())
        {
            await Task.Yield();
            Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        }

        Assert.True(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void DefaultScope_DisposesToNothing()
    {
        var scope = default(LockScope);
        scope.Dispose();
        Assert.False(scope.WasAbandoned);
    }

    private sealed class UnderTest(ThreadLock gate) : ILockUnderTest
    {
        public LockScope Acquire(CancellationToken cancellationToken) => gate.Acquire(cancellationToken);

        public ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken) => gate.AcquireAsync(cancellationToken);

        public bool TryAcquire(TimeSpan timeout, out LockScope scope) => gate.TryAcquire(timeout, out scope);

        public void Release() => gate.Release();

        public void Dispose()
        {
        }
    }
}
