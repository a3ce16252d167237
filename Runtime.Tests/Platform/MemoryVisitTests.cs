using Tandem.Platform;

namespace Tandem.Runtime.Tests.Platform;

/// <summary>Shared memory stays mapped while somebody is inside or holds its lock, and not longer.</summary>
public sealed class MemoryVisitTests
{
    [Fact]
    public async Task Closed_WhileAnotherThreadIsInside_IsGoneWhenThatLeaves()
    {
        var numbers = new SharedNumbers(1);
        using var isInside = new ManualResetEventSlim();
        using var mayLeave = new ManualResetEventSlim();
        var visitor = Blocking.Run(() =>
        {
            using var visit = numbers.Lease.Visit();
            isInside.Set();
            mayLeave.Wait();
            return numbers[0];
        });
        isInside.Wait();
        numbers.Dispose();
        Assert.False(IsGone(numbers.Lease.Memory));
        mayLeave.Set();
        Assert.Equal(0, await visitor);
        Assert.True(IsGone(numbers.Lease.Memory));
    }

    [Fact]
    public void AThread_InsideSeveralTimes_KeepsEachMemoryUntilItsLastLeave()
    {
        var (first, second) = (new SharedNumbers(1), new SharedNumbers(1));
        using (first.Lease.Visit())
        {
            using (first.Lease.Visit())
            using (second.Lease.Visit())
            {
                first.Dispose();
                second.Dispose();
                Assert.False(IsGone(second.Lease.Memory));
            }

            Assert.True(IsGone(second.Lease.Memory));
            Assert.False(IsGone(first.Lease.Memory));
            Assert.Equal(0, first[0]);
        }

        Assert.True(IsGone(first.Lease.Memory));
    }

    [Fact]
    public void AVisit_AfterTheEnd_Throws()
    {
        var numbers = new SharedNumbers(1);
        numbers.Dispose();
        Assert.Throws<ObjectDisposedException>(() => numbers.Lease.Visit());
        Assert.False(numbers.Lease.Memory.TryVisit(out _));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void ALockDisposedWhileHeld_IsGoneWithTheHold_AndFreeForOthers(bool reentrant)
    {
        var gate = new ProcessLock(reentrant);
        var memory = ((ISharedPrimitive<ProcessLock>)gate).Lease.Memory;
        using var elsewhere = new MappedAgain(memory);
        var scope = gate.Acquire();
        gate.Dispose();
        Assert.False(IsGone(memory));
        Assert.False(elsewhere.IsFree);
        scope.Dispose();
        Assert.True(IsGone(memory));
        Assert.True(elsewhere.IsFree);
    }

    [Fact]
    public async Task ALockDisposed_WhileThreadsTakeIt_IsLeftFree_AndGone()
    {
        for (var round = 0; round < 300; round++)
        {
            var gate = new ProcessLock();
            var memory = ((ISharedPrimitive<ProcessLock>)gate).Lease.Memory;
            using var elsewhere = new MappedAgain(memory);
            using var hasTaken = new CountdownEvent(2);
            var threads = Enumerable.Range(0, 2).Select(_ => Blocking.Run(() =>
            {
                for (var i = 0; ; i++)
                {
                    try
                    {
                        gate.Acquire().Dispose();
                    }
                    catch (ObjectDisposedException)
                    {
                        return i;
                    }

                    if (i == 0)
                        hasTaken.Signal();
                }
            })).ToArray();
            hasTaken.Wait();
            gate.Dispose();
            Assert.All(await Task.WhenAll(threads), taken => Assert.True(taken > 0));
            Assert.True(IsGone(memory));
            Assert.True(elsewhere.IsFree);
        }
    }

    private static bool IsGone(SharedMemory memory)
    {
        if (!memory.TryEnter())
            return true;
        memory.Exit();
        return false;
    }

    /// <summary>Another mapping of a lock's memory, as another process has one.</summary>
    private sealed unsafe class MappedAgain(SharedMemory memory) : IDisposable
    {
        private readonly SharedMemory _memory = SharedMemory.Open(memory.Reference(isAwaited: false), ProcessLock.FirstKind);

        public bool IsFree => new RobustLock(_memory.At<long>(0)).IsFree;

        public void Dispose() => _memory.Close();
    }
}
