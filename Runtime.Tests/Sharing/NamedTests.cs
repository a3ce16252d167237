using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Sharing;

/// <summary>Primitives that processes which are not related find by a name, and that leave none behind.</summary>
public sealed class NamedTests
{
    private readonly string _name = $"named tests / {Guid.NewGuid()}";

    [Fact]
    public void TwoWithOneName_AreOne_AndThoseWithOthersAreNot()
    {
        using var gate = new ProcessLock(_name);
        using var same = new ProcessLock(_name);
        using var other = new ProcessLock(_name + "!");
        using var anonymous = new ProcessLock();
        using var held = gate.Acquire();
        Assert.False(same.TryAcquire(TimeSpan.Zero, out _));
        Assert.True(other.TryAcquire(TimeSpan.Zero, out _));
        Assert.True(anonymous.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void TwoWithOneName_ReleaseWhatTheOtherHolds_AndEndApart()
    {
        using var semaphore = new ProcessSemaphore(_name, 2);
        var same = new ProcessSemaphore(_name, 2);
        semaphore.Acquire();
        same.Release();
        same.Dispose();
        Assert.Equal(2, semaphore.CurrentCount);
        using var scope = semaphore.Acquire();
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void PermitOfADisposedOne_IsReleasedByTheNext_WhichEndsInPeace()
    {
        var first = new ProcessSemaphore(_name, 2);
        first.Acquire();
        first.Dispose();
        using var second = new ProcessSemaphore(_name, 2);
        Assert.Equal(1, second.CurrentCount);
        second.Release();
        using var scope = second.Acquire();
        Assert.Equal(1, second.CurrentCount);
    }

    [Fact]
    public void PrimitivesOfTwoTypes_MayHaveOneName()
    {
        using var gate = new ProcessLock(_name);
        using var queue = new ProcessQueue<int>(_name);
        queue.Put(1);
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public async Task OtherProcess_FindsIt()
    {
        using var queue = new ProcessQueue<string>(_name);
        using var child = ChildProcess.Start(PutIntoNamed, _name);
        await child.SucceedAsync();
        Assert.Equal("by name", queue.Take());
    }

    [Fact]
    public async Task ManyThatOpenItAtOnce_HaveOne()
    {
        const int Children = 4;
        using var numbers = new SharedNumbers(1);
        var children = Enumerable.Range(0, Children).Select(_ => ChildProcess.Start(CountUnderNamed, _name, Crossing.Send(numbers))).ToArray();
        foreach (var child in children)
        {
            await child.SucceedAsync();
            child.Dispose();
        }

        Assert.Equal(Children * Rounds, numbers[0]);
    }

    [Fact]
    public async Task MakerThatIsKilled_LeavesItToTheOthers()
    {
        using var child = ChildProcess.Start(HoldNamed, _name);
        await child.WaitFor("held");
        using var gate = new ProcessLock(_name);
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        child.Kill();
        await child.DieAsync();
        using var scope = gate.Acquire();
        Assert.True(scope.WasAbandoned);
        using var third = new ProcessLock(_name);
        Assert.False(third.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public async Task LastProcessThatIsKilled_TakesTheNameWithIt()
    {
        using var child = ChildProcess.Start(HoldNamed, _name);
        await child.WaitFor("held");
        child.Kill();
        await child.DieAsync();
        using var scope = new ProcessLock(_name).Acquire();
        Assert.False(scope.WasAbandoned);
    }

    [Fact]
    public void LastOneThatIsDisposed_TakesTheNameWithIt()
    {
        using (var queue = new ProcessQueue<int>(_name))
            queue.Put(1);
        using var another = new ProcessQueue<int>(_name);
        Assert.Equal(0, another.Count);
    }

    [Fact]
    public void NameWithOtherSettings_IsRefused_AndTheOneThatIsThereStays()
    {
        using var gate = new ProcessLock(_name, reentrant: true);
        Assert.Contains("is reentrant", Assert.Throws<ArgumentException>(() => new ProcessLock(_name)).Message, StringComparison.Ordinal);
        using var queue = new ProcessQueue<int>(_name, capacity: 3);
        Assert.Contains("capacity 3", Assert.Throws<ArgumentException>(() => new ProcessQueue<int>(_name)).Message, StringComparison.Ordinal);
        Assert.Contains($"ProcessQueue named '{_name}'", Assert.Throws<InvalidDataException>(() => new ProcessQueue<long>(_name, capacity: 3)).Message, StringComparison.Ordinal);
        queue.Put(1);
        using var same = new ProcessQueue<int>(_name, capacity: 3);
        Assert.Equal(1, same.Take());
    }

    [Fact]
    public void NameThatIsNone_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new ProcessLock(" "));
        Assert.Throws<ArgumentNullException>(() => new ProcessLock(null!));
    }

    [Fact]
    public async Task WhoeverOpensAName_KeepsOthersWaiting_AndNoLonger()
    {
        var first = NameLock.Acquire(_name);
        var second = Blocking.Run(() => NameLock.Acquire(_name));
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.Soon()).Dispose();
    }

    private const int Rounds = 2_000;

    private static void PutIntoNamed(string[] arguments)
    {
        using var queue = new ProcessQueue<string>(arguments[0]);
        queue.Put("by name");
    }

    private static void CountUnderNamed(string[] arguments)
    {
        using var gate = new ProcessLock(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        for (var round = 0; round < Rounds; round++)
        {
            using (gate.Acquire())
                numbers[0]++;
        }
    }

    private static void HoldNamed(string[] arguments)
    {
        var gate = new ProcessLock(arguments[0]);
        gate.Acquire();
        Program.Say("held");
        Thread.Sleep(Timeout.Infinite);
    }
}
