namespace Tandem.Runtime.Tests.Locks;

/// <summary>What a condition promises, whoever has it. Run with one object, and with two on the same memory, as processes have it.</summary>
public abstract class ConditionContractTests
{
    /// <summary>One condition, seen from the side that waits and from the side that pulses.</summary>
    private protected abstract (ProcessCondition Waiter, ProcessCondition Pulser) Create();

    [Theory, InlineData(false), InlineData(true)]
    public async Task Wait_ReleasesTheLock_AndHasItAgainAfterThePulse(bool async)
    {
        var (waiter, pulser) = Create();
        var waiting = await StartWaiting(waiter, async, static condition => condition.Lock.TryAcquire(TimeSpan.Zero, out _));
        using (pulser.Lock.Acquire())
        {
            pulser.Pulse();
            Assert.False(waiting.IsCompleted);
        }

        // The lock was not free for anybody else while the waiter had it, and its scope released it.
        Assert.False(await waiting.Soon());
        Assert.True(pulser.Lock.TryAcquire(TimeSpan.Zero, out var free));
        free.Dispose();
        End(waiter, pulser);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Pulse_EndsOneWait_TheOldest_AndPulseAllTheOthers(bool async)
    {
        var (waiter, pulser) = Create();
        var order = new List<int>();
        var waiting = new List<Task<bool>>();
        for (var i = 0; i < 4; i++)
        {
            var number = i;
            waiting.Add(await StartWaiting(waiter, async, _ =>
            {
                order.Add(number);
                return true;
            }));
        }

        Under(pulser, static pulser => pulser.Pulse());
        await waiting[0].Soon();
        Assert.Equal([0], order);
        Assert.All(waiting[1..], static task => Assert.False(task.IsCompleted));
        Under(pulser, static pulser => pulser.PulseAll());
        await Task.WhenAll(waiting).Soon();
        Assert.Equal([0, 1, 2, 3], order.Order());
        End(waiter, pulser);
    }

    [Fact]
    public void Pulse_WhenNobodyWaits_IsNotKept()
    {
        var (waiter, pulser) = Create();
        Under(pulser, static pulser => pulser.Pulse());
        Under(pulser, static pulser => pulser.PulseAll());
        Under(waiter, static waiter => Assert.False(waiter.Wait(TimeSpan.FromMilliseconds(5))));
        End(waiter, pulser);
    }

    [Fact]
    public async Task BoundedBuffer_OfManyThreads_PassesEveryItemOnce()
    {
        const int Items = 2_000, Takers = 3;
        var (waiter, pulser) = Create();
        var buffer = new Queue<int>();
        var sum = 0;
        var takers = Enumerable.Range(0, Takers).Select(_ => Blocking.Run(() =>
        {
            while (true)
            {
                using var scope = waiter.Lock.Acquire();
                while (buffer.Count == 0)
                    waiter.Wait();
                var item = buffer.Dequeue();
                waiter.PulseAll();
                if (item < 0)
                    return;
                sum += item;
            }
        })).ToArray();
        await Blocking.Run(() =>
        {
            for (var i = 0; i < Items + Takers; i++)
            {
                using var scope = pulser.Lock.Acquire();
                while (buffer.Count == 2)
                    pulser.Wait();
                buffer.Enqueue(i < Items ? i : -1);
                pulser.PulseAll();
            }
        }).Soon();
        await Task.WhenAll(takers).Soon();
        Assert.Equal(Items * (Items - 1) / 2, sum);
        End(waiter, pulser);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Cancelled_Throws_WithTheLockHeld_AndThePulseGoesToTheNext(bool async)
    {
        var (waiter, pulser) = Create();
        using var cancellation = new CancellationTokenSource();
        var first = await StartWaiting(waiter, async, static _ => true, cancellation.Token);
        var second = await StartWaiting(waiter, async, static _ => true);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        // The scope of the one that was cancelled released the lock: it was held.
        Under(pulser, static pulser => pulser.Pulse());
        await second.Soon();
        End(waiter, pulser);
    }

    [Fact]
    public void TimedOut_HasTheLock()
    {
        var (waiter, pulser) = Create();
        using (waiter.Lock.Acquire())
        {
            Assert.False(waiter.Wait(TimeSpan.Zero));
            Assert.False(waiter.Wait(TimeSpan.FromMilliseconds(5)));
            Assert.False(pulser.Lock.TryAcquire(TimeSpan.Zero, out _));
        }

        Assert.True(pulser.Lock.TryAcquire(TimeSpan.Zero, out var scope));
        scope.Dispose();
        End(waiter, pulser);
    }

    [Fact]
    public async Task WithoutTheLock_Throws()
    {
        var (waiter, pulser) = Create();
        Assert.Throws<SynchronizationLockException>(() => waiter.Wait());
        Assert.Throws<SynchronizationLockException>(() => waiter.Wait(TimeSpan.Zero));
        await Assert.ThrowsAsync<SynchronizationLockException>(() => waiter.WaitAsync().AsTask());
        Assert.Throws<SynchronizationLockException>(pulser.Pulse);
        Assert.Throws<SynchronizationLockException>(pulser.PulseAll);
        End(waiter, pulser);
    }

    [Fact]
    public async Task ScopeOfAHoldThatIsOver_ReleasesNobodysHold_ThoughOthersWaited()
    {
        var (waiter, pulser) = Create();
        var waiting = await StartWaiting(waiter, async: false, static _ => true);
        var stale = pulser.Lock.Acquire();
        pulser.Pulse();
        stale.Dispose();
        await waiting.Soon();
        for (var i = 0; i < 4; i++)
        {
            using var held = pulser.Lock.Acquire();
            stale.Dispose();
            Assert.False(pulser.Lock.TryAcquire(TimeSpan.Zero, out _));
        }

        End(waiter, pulser);
    }

    /// <summary>Ends when the wait has begun; the inner task when it is over, with what <paramref name="afterwards"/> found under the lock.</summary>
    private static async Task<Task<bool>> StartWaiting(ProcessCondition condition, bool async, Func<ProcessCondition, bool> afterwards, CancellationToken cancellationToken = default)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = async ? WaitAsync() : Blocking.Run(Wait);
        await begun.Task.Soon();
        // Whoever has the lock after the waiter had it finds that it waits.
        condition.Lock.Acquire().Dispose();
        return waiting;

        bool Wait()
        {
            using var scope = condition.Lock.Acquire(CancellationToken.None);
            begun.SetResult();
            condition.Wait(cancellationToken);
            return afterwards(condition);
        }

        async Task<bool> WaitAsync()
        {
            using var scope = await condition.Lock.AcquireAsync(CancellationToken.None);
            begun.SetResult();
            await condition.WaitAsync(cancellationToken);
            return afterwards(condition);
        }
    }

    private static void Under(ProcessCondition condition, Action<ProcessCondition> work)
    {
        using var scope = condition.Lock.Acquire();
        work(condition);
    }

    private static void End(ProcessCondition waiter, ProcessCondition pulser)
    {
        waiter.Dispose();
        pulser.Dispose();
        waiter.Lock.Dispose();
        pulser.Lock.Dispose();
    }
}
