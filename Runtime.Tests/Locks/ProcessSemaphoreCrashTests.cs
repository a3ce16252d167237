using System.Globalization;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Locks;

/// <summary>Real processes, killed in earnest: no permit is lost with its holder, and none is there twice.</summary>
public sealed class ProcessSemaphoreCrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ManyProcesses_AreNeverMoreThanThePermits()
    {
        const int Permits = 2, Children = 4;
        using var semaphore = new ProcessSemaphore(Permits);
        using var numbers = new SharedNumbers(2);
        var children = Enumerable.Range(0, Children).Select(_ => ChildProcess.Start(Enter, Crossing.Send(semaphore), Crossing.Send(numbers), "3000")).ToArray();
        foreach (var child in children)
        {
            await child.SucceedAsync();
            child.Dispose();
        }

        Assert.Equal(0, numbers[Violations]);
        Assert.Equal(Permits, semaphore.CurrentCount);
    }

    [Fact]
    public async Task DeadHoldersPermits_ComeBack_EachWithANotice()
    {
        using var semaphore = new ProcessSemaphore(3);
        using var child = ChildProcess.Start(HoldTwoForEver, Crossing.Send(semaphore));
        await child.WaitFor("held");
        using var third = semaphore.Acquire();
        Assert.False(semaphore.TryAcquire(TimeSpan.Zero, out _));
        var blocked = Blocking.Run(() => semaphore.Acquire());
        var awaiting = semaphore.AcquireAsync().AsTask();
        child.Kill();
        var first = await blocked.Soon();
        Assert.True(first.WasAbandoned);
        Assert.True((await awaiting.Soon()).WasAbandoned);
        Assert.False(semaphore.TryAcquire(TimeSpan.Zero, out _));
        first.Dispose();
        using var later = semaphore.Acquire();
        Assert.False(later.WasAbandoned);
    }

    [Fact]
    public async Task DeadHolder_IsNoticedByATryWithoutWaiting()
    {
        using var semaphore = new ProcessSemaphore(2);
        using var child = ChildProcess.Start(HoldTwoForEver, Crossing.Send(semaphore));
        await child.WaitFor("held");
        child.Kill();
        await child.DieAsync();
        Assert.True(semaphore.TryAcquire(TimeSpan.Zero, out var scope));
        Assert.True(scope.WasAbandoned);
    }

    [Fact]
    public async Task AnotherProcess_CannotReleaseAPermitThatIsNotItsOwn()
    {
        using var semaphore = new ProcessSemaphore(1);
        using var held = semaphore.Acquire();
        using var child = ChildProcess.Start(ReleaseWithoutAPermit, Crossing.Send(semaphore));
        await child.SucceedAsync();
        Assert.Equal(0, semaphore.CurrentCount);
    }

    [Fact]
    public async Task RandomHolders_Killed_NoPermitIsLostOrDoubled()
    {
        const int Permits = 2, Children = 3;
        var random = Stress.Seeded(output);
        using var semaphore = new ProcessSemaphore(Permits);
        using var numbers = new SharedNumbers(2);
        var children = new ChildProcess[Children];
        for (var i = 0; i < Children; i++)
            children[i] = StartEndless(semaphore, numbers);
        var rounds = Stress.Rounds(30);
        for (var round = 0; round < rounds; round++)
        {
            var victim = random.Next(Children);
            await children[victim].WaitFor("entering");
            Thread.SpinWait(random.Next(20_000));
            children[victim].Kill();
            Assert.True(semaphore.TryAcquire(Blocking.Patience, out var scope), $"Round {round}: no permit comes back.");
            scope.Dispose();
            children[victim].Dispose();
            children[victim] = StartEndless(semaphore, numbers);
        }

        foreach (var child in children)
        {
            child.Kill();
            await child.DieAsync();
            child.Dispose();
        }

        for (var i = 0; i < Permits; i++)
            Assert.True(semaphore.TryAcquire(TimeSpan.Zero, out _));
        Assert.False(semaphore.TryAcquire(TimeSpan.Zero, out _));
    }

#if DEBUG
    [Theory]
    [InlineData("lock: taken", 1)]
    [InlineData("lock: freed, nobody woken yet", 0)]
    [InlineData("doorbell: about to park", 0)]
    public async Task KilledAtEachStep_ThePermitGoesOn(string step, int abandoned)
    {
        using var semaphore = new ProcessSemaphore(1);
        var held = semaphore.Acquire();
        using var child = ChildProcess.Start(AcquireAndCrash, Crossing.Send(semaphore), step);
        await child.WaitFor("acquiring");
        if (step != "doorbell: about to park")
            held.Dispose();
        var waiters = Enumerable.Range(0, 3).Select(_ => Blocking.Run(() =>
        {
            var scope = semaphore.Acquire();
            scope.Dispose();
            return scope;
        })).ToArray();
        await child.DieAsync();
        held.Dispose();
        var scopes = await Task.WhenAll(waiters).Soon();
        using var last = semaphore.Acquire();
        Assert.Equal(abandoned, scopes.Append(last).Count(scope => scope.WasAbandoned));
    }

    private static void AcquireAndCrash(string[] arguments)
    {
        var semaphore = Crossing.Receive<ProcessSemaphore>(arguments[0]);
        Program.CrashAt(arguments[1]);
        Program.Say("acquiring");
        semaphore.Acquire().Dispose();
    }
#endif

    private const int Inside = 0, Violations = 1;

    private static ChildProcess StartEndless(ProcessSemaphore semaphore, SharedNumbers numbers) =>
        ChildProcess.Start(Enter, Crossing.Send(semaphore), Crossing.Send(numbers), int.MaxValue.ToString(CultureInfo.InvariantCulture));

    private static void Enter(string[] arguments)
    {
        var semaphore = Crossing.Receive<ProcessSemaphore>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        Program.Say("entering");
        for (var round = 0; round < int.Parse(arguments[2], CultureInfo.InvariantCulture); round++)
        {
            using var scope = semaphore.Acquire();
            if (Interlocked.Increment(ref numbers[Inside]) > 2)
                Interlocked.Increment(ref numbers[Violations]);
            Interlocked.Decrement(ref numbers[Inside]);
        }
    }

    private static void HoldTwoForEver(string[] arguments)
    {
        var semaphore = Crossing.Receive<ProcessSemaphore>(arguments[0]);
        semaphore.Acquire();
        semaphore.Acquire();
        Program.Say("held");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void ReleaseWithoutAPermit(string[] arguments) =>
        Assert.Throws<SynchronizationLockException>(Crossing.Receive<ProcessSemaphore>(arguments[0]).Release);
}
