using System.Text.Json;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Locks;

/// <summary>With a single permit a semaphore is a lock, and keeps what a lock promises.</summary>
public sealed class ProcessSemaphoreTests : LockContractTests
{
    protected override ILockUnderTest Create() => new UnderTest(new ProcessSemaphore(1));

    [Theory, InlineData(false), InlineData(true)]
    public async Task AsManyAsThereArePermits_AreIn_AndTheNextWaits(bool async)
    {
        using var semaphore = new ProcessSemaphore(3);
        Assert.Equal(3, semaphore.CurrentCount);
        var scopes = Enumerable.Range(0, 3).Select(_ => semaphore.Acquire()).ToArray();
        Assert.Equal(0, semaphore.CurrentCount);
        Assert.False(semaphore.TryAcquire(TimeSpan.Zero, out _));
        var waiter = async ? semaphore.AcquireAsync().AsTask() : Blocking.Run(() => semaphore.Acquire());
        Assert.False(waiter.IsCompleted);
        scopes[1].Dispose();
        (await waiter.Soon()).Dispose();
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public async Task ManyThreads_AreNeverMoreThanThePermits()
    {
        const int Permits = 3, Threads = 6;
        using var semaphore = new ProcessSemaphore(Permits);
        int inside = 0, violations = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Blocking.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                using var scope = semaphore.Acquire();
                if (Interlocked.Increment(ref inside) > Permits)
                    Interlocked.Increment(ref violations);
                Interlocked.Decrement(ref inside);
            }
        }))).Soon();
        Assert.Equal(0, violations);
        Assert.Equal(Permits, semaphore.CurrentCount);
    }

    [Fact]
    public void EachScope_GivesBackItsOwnPermit_Once()
    {
        using var semaphore = new ProcessSemaphore(2);
        var first = semaphore.Acquire();
        var second = semaphore.Acquire();
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, semaphore.CurrentCount);
        second.Dispose();
        Assert.Equal(2, semaphore.CurrentCount);
        Assert.Throws<SynchronizationLockException>(semaphore.Release);
        Assert.Equal(2, semaphore.CurrentCount);
    }

    [Fact]
    public void Release_GivesBackAnyPermitOfThisProcess()
    {
        using var semaphore = new ProcessSemaphore(2);
        semaphore.Acquire();
        semaphore.Acquire();
        semaphore.Release();
        semaphore.Release();
        Assert.Equal(2, semaphore.CurrentCount);
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(ProcessSemaphore.MaxCount + 1)]
    public void CountThatIsNone_IsRefused(int count) =>
        Assert.Equal("initialCount", Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessSemaphore(count)).ParamName);

    [Fact]
    public void TheMostPermits_AreAllThere()
    {
        using var semaphore = new ProcessSemaphore(ProcessSemaphore.MaxCount);
        for (var i = 0; i < 100; i++)
            semaphore.Acquire();
        Assert.Equal(ProcessSemaphore.MaxCount - 100, semaphore.CurrentCount);
    }

    [Fact]
    public void Received_IsTheSameSemaphore()
    {
        using var semaphore = new ProcessSemaphore(2);
        using var received = Crossing.Receive<ProcessSemaphore>(Crossing.Send(semaphore));
        using var deep = JsonSerializer.Deserialize<Part[]>(JsonSerializer.Serialize(new[] { new Part(semaphore) }))![0].Limit;
        received.Acquire();
        deep.Acquire();
        Assert.Equal(0, semaphore.CurrentCount);
    }

    [Fact]
    public void Named_IsOne_AndItsCountIsSettled()
    {
        var name = $"{Guid.NewGuid()}";
        using var semaphore = new ProcessSemaphore(name, 2);
        using var same = new ProcessSemaphore(name, 2);
        semaphore.Acquire();
        Assert.Equal(1, same.CurrentCount);
        Assert.Contains("2 permits", Assert.Throws<ArgumentException>(() => new ProcessSemaphore(name, 3)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Dispose_EndsTheWaitsOfThisObject_AndLeavesHoldsAndOthersAlone(bool async)
    {
        var semaphore = new ProcessSemaphore(1);
        using var other = Crossing.Receive<ProcessSemaphore>(Crossing.Send(semaphore));
        var held = semaphore.Acquire();
        var waiter = async ? semaphore.AcquireAsync().AsTask() : Blocking.Run(() => semaphore.Acquire());
        semaphore.Dispose();
        semaphore.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter.Soon());
        Assert.Equal(nameof(ProcessSemaphore), Assert.Throws<ObjectDisposedException>(() => semaphore.CurrentCount).ObjectName);
        Assert.Equal(0, other.CurrentCount);
        held.Dispose();
        Assert.Equal(1, other.CurrentCount);
    }

    private sealed record Part(ProcessSemaphore Limit);

    private sealed class UnderTest(ProcessSemaphore semaphore) : ILockUnderTest
    {
        public LockScope Acquire(CancellationToken cancellationToken) => semaphore.Acquire(cancellationToken);

        public ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken) => semaphore.AcquireAsync(cancellationToken);

        public bool TryAcquire(TimeSpan timeout, out LockScope scope) => semaphore.TryAcquire(timeout, out scope);

        public void Release() => semaphore.Release();

        public void Dispose() => semaphore.Dispose();
    }
}
