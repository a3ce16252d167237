#if DEBUG
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;

namespace Tandem.Runtime.Tests.Locks;

/// <summary>A process that is stopped while it takes or releases the lock is in nobody's way, unless it holds the lock; and then nobody waits longer than he wants to.</summary>
public sealed class ProcessLockStopTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData("lock: freed, nobody woken yet")]
    [InlineData("lock: about to park")]
    public async Task StoppedOutsideItsHold_OthersTakeTheLock_AndItGoesOn(string step)
    {
        using var gate = new ProcessLock();
        var held = step == "lock: about to park" ? gate.Acquire() : default;
        using var child = ChildProcess.Start(AcquireAndStop, Crossing.Send(gate), step);
        await child.StoppedAsync();
        held.Dispose();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(gate.TryAcquire(TimeSpan.Zero, out var scope));
            Assert.False(scope.WasAbandoned);
            // Who waits now was not woken by the one that is stopped.
            var waiting = Blocking.Run(() => gate.Acquire());
            scope.Dispose();
            (await waiting.Soon()).Dispose();
        }

        child.Continue();
        await child.SucceedAsync();
    }

    [Fact]
    public async Task StoppedHolder_IsNotTakenForDead_AndTheWaitingGiveUpInTime()
    {
        using var gate = new ProcessLock();
        using var child = ChildProcess.Start(AcquireAndStop, Crossing.Send(gate), "lock: taken");
        await child.StoppedAsync();
        Assert.False(await Blocking.Run(() => gate.TryAcquire(TimeSpan.Zero, out _)).Soon());
        Assert.False(await Blocking.Run(() => gate.TryAcquire(s_moment, out _)).Soon());
        using (var cancellation = new CancellationTokenSource(s_moment))
            await Assert.ThrowsAsync<OperationCanceledException>(() => Blocking.Run(() => gate.Acquire(cancellation.Token)).Soon());
        using (var cancellation = new CancellationTokenSource(s_moment))
            await Assert.ThrowsAsync<TaskCanceledException>(() => gate.AcquireAsync(cancellation.Token).AsTask().Soon());
        var waiting = Blocking.Run(() => gate.Acquire());
        child.Continue();
        using (var scope = await waiting.Soon())
            Assert.False(scope.WasAbandoned);
        await child.SucceedAsync();
    }

    private static void AcquireAndStop(string[] arguments)
    {
        var gate = Crossing.Receive<ProcessLock>(arguments[0]);
        Program.StopAt(arguments[1]);
        gate.Acquire().Dispose();
    }
}
#endif
