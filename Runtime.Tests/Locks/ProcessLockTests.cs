using System.Text.Json;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Locks;

public class ProcessLockTests : LockContractTests
{
    protected override ILockUnderTest Create() => new UnderTest(new ProcessLock());

    [Fact]
    public void Reentrant_IsTakenAgainByItsThread_AndReleasedAsOften()
    {
        using var gate = new ProcessLock(reentrant: true);
        using (gate.Acquire())
        {
            using (gate.Acquire())
                Assert.False(IsFreeForOthers(gate));
            gate.Acquire();
            gate.Release();
            Assert.False(IsFreeForOthers(gate));
        }

        Assert.True(IsFreeForOthers(gate));
        Assert.Throws<SynchronizationLockException>(gate.Release);
    }

    [Fact]
    public void Reentrant_ReleasedByAnotherThread_Throws()
    {
        using var gate = new ProcessLock(reentrant: true);
        // Nothing is awaited while the lock is held: the code after it could run on another thread.
        using var scope = gate.Acquire();
        OnAnotherThread(() => Assert.Throws<SynchronizationLockException>(gate.Release));
        OnAnotherThread(() => Assert.Throws<SynchronizationLockException>(scope.Dispose));
        Assert.False(IsFreeForOthers(gate));
    }

    [Fact]
    public void ReentrantScope_DisposedTwice_ReleasesOnce()
    {
        using var gate = new ProcessLock(reentrant: true);
        var outer = gate.Acquire();
        var inner = gate.Acquire();
        Assert.Throws<SynchronizationLockException>(outer.Dispose);
        inner.Dispose();
        inner.Dispose();
        Assert.False(IsFreeForOthers(gate));
        outer.Dispose();
        outer.Dispose();
        Assert.True(IsFreeForOthers(gate));
    }

    [Fact]
    public void Reentrant_IsNotForAsynchronousCode()
    {
        using var gate = new ProcessLock(reentrant: true);
        Assert.Contains("await", Assert.Throws<InvalidOperationException>(() => { _ = gate.AcquireAsync(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Received_IsTheSameLock_AndKeepsItsKind()
    {
        using var gate = new ProcessLock();
        using var received = Crossing.Receive<ProcessLock>(Crossing.Send(gate));
        using (gate.Acquire())
            Assert.False(received.TryAcquire(TimeSpan.Zero, out _));
        using (received.Acquire())
            Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));

        using var reentrant = new ProcessLock(reentrant: true);
        using var receivedReentrant = Crossing.Receive<ProcessLock>(Crossing.Send(reentrant));
        using (reentrant.Acquire())
        using (receivedReentrant.Acquire())
            Assert.False(IsFreeForOthers(reentrant));
    }

    [Fact]
    public void Crosses_AtAnyDepthOfAnArgument()
    {
        using var gate = new ProcessLock();
        var sent = JsonSerializer.Serialize(new Dictionary<string, Order[]> { ["a"] = [new Order("x", gate)] });
        var received = JsonSerializer.Deserialize<Dictionary<string, Order[]>>(sent)!["a"][0];
        Assert.Equal("x", received.Name);
        using var scope = received.Gate.Acquire();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void Disposed_Throws_AndNamesItself()
    {
        var gate = new ProcessLock();
        using var other = Crossing.Receive<ProcessLock>(Crossing.Send(gate));
        gate.Dispose();
        gate.Dispose();
        Assert.Equal(nameof(ProcessLock), Assert.Throws<ObjectDisposedException>(() => gate.Acquire()).ObjectName);
        Assert.Throws<ObjectDisposedException>(() => { _ = gate.AcquireAsync(); });
        Assert.Throws<ObjectDisposedException>(() => gate.TryAcquire(TimeSpan.Zero, out _));
        Assert.Throws<ObjectDisposedException>(() => Crossing.Send(gate));
        other.Acquire().Dispose();
        other.Dispose();
        Assert.Throws<ObjectDisposedException>(gate.Release);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Dispose_EndsTheWaitsOfThisObject(bool async)
    {
        var gate = new ProcessLock();
        using var other = Crossing.Receive<ProcessLock>(Crossing.Send(gate));
        using var held = other.Acquire();
        var waiter = async ? gate.AcquireAsync().AsTask() : Blocking.Run(() => gate.Acquire());
        gate.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter.Soon());
    }

    [Fact]
    public void Scope_OutlivesTheDisposalOfItsLock()
    {
        var gate = new ProcessLock();
        var sent = Crossing.Send(gate);
        var scope = gate.Acquire();
        gate.Dispose();
        scope.Dispose();
        scope.Dispose();
        Assert.Throws<IOException>(() => Crossing.Receive<ProcessLock>(sent));
    }

    private static bool IsFreeForOthers(ProcessLock gate) => OnAnotherThread(() =>
    {
        if (!gate.TryAcquire(TimeSpan.Zero, out var scope))
            return false;
        scope.Dispose();
        return true;
    });

    private static T OnAnotherThread<T>(Func<T> work) => Blocking.Run(work).GetAwaiter().GetResult();

    private sealed record Order(string Name, ProcessLock Gate);

    private protected sealed class UnderTest(ProcessLock gate) : ILockUnderTest
    {
        public LockScope Acquire(CancellationToken cancellationToken) => gate.Acquire(cancellationToken);

        public ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken) => gate.AcquireAsync(cancellationToken);

        public bool TryAcquire(TimeSpan timeout, out LockScope scope) => gate.TryAcquire(timeout, out scope);

        public void Release() => gate.Release();

        public void Dispose() => gate.Dispose();
    }
}
