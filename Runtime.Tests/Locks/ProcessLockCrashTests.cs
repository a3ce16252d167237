using System.Globalization;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Locks;

/// <summary>Real processes, killed in earnest: a dead holder never blocks the living, and what the lock guards stays exact.</summary>
public sealed class ProcessLockCrashTests(ITestOutputHelper output)
{
    /// <summary>The guarded numbers: how far all have counted, who is inside, how often two were, and from <see cref="Own"/> on how far each has counted.</summary>
    private const int Total = 0, Inside = 1, Violations = 2, Own = 3, Counters = 4, Numbers = Own + Counters;

    [Fact]
    public async Task ManyProcesses_CountExactly()
    {
        const int Workers = 3, Rounds = 20_000;
        using var gate = new ProcessLock();
        using var numbers = new SharedNumbers(Numbers);
        var children = Enumerable.Range(0, Workers).Select(worker => StartCounter(gate, numbers, worker, Rounds)).ToArray();
        foreach (var child in children)
            await child.SucceedAsync();
        Assert.Equal(Workers * Rounds, numbers[Total]);
        Assert.Equal(0, numbers[Violations]);
    }

    [Fact]
    public async Task RandomHolders_Killed_TheCountStaysExact()
    {
        const int Workers = 3;
        var random = Stress.Seeded(output);
        using var gate = new ProcessLock();
        using var numbers = new SharedNumbers(Numbers);
        var children = new ChildProcess[Workers];
        for (var worker = 0; worker < Workers; worker++)
            children[worker] = StartCounter(gate, numbers, worker, int.MaxValue);
        var abandoned = 0;
        var rounds = Stress.Rounds(120);
        for (var round = 0; round < rounds; round++)
        {
            var worker = random.Next(Workers);
            await children[worker].WaitFor("counting");
            Thread.SpinWait(random.Next(20_000));
            children[worker].Kill();
            // The test counts too: it gets its turn however the child died.
            Assert.True(gate.TryAcquire(Blocking.Patience, out var scope), $"Round {round}: nobody passes the lock on.");
            abandoned += scope.WasAbandoned ? 1 : 0;
            CountOnce(numbers, Workers, scope.WasAbandoned);
            scope.Dispose();
            children[worker].Dispose();
            children[worker] = StartCounter(gate, numbers, worker, int.MaxValue);
        }

        foreach (var child in children)
        {
            child.Kill();
            await child.DieAsync();
            child.Dispose();
        }

        using (var last = gate.Acquire())
            CountOnce(numbers, Workers, last.WasAbandoned);
        output.WriteLine($"{rounds} kills, {numbers[Total]} counted; the test itself was told of {abandoned} dead holders.");
        Assert.Equal(0, numbers[Violations]);
        Assert.Equal(SumOfOwn(numbers), numbers[Total]);
    }

    [Fact]
    public async Task DeadHolder_TheWaitingAndTheNextAreServed_AndOnlyTheNextIsTold()
    {
        using var gate = new ProcessLock();
        using var child = ChildProcess.Start(HoldForEver, Crossing.Send(gate));
        await child.WaitFor("held");
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        var blocked = Blocking.Run(() => AcquireAndRelease(gate));
        var awaiting = gate.AcquireAsync().AsTask();
        child.Kill();
        await child.DieAsync();
        using (var scope = await awaiting.Soon())
            Assert.NotEqual(scope.WasAbandoned, (await ReleaseThenWait(scope, blocked)).WasAbandoned);
        using var later = gate.Acquire();
        Assert.False(later.WasAbandoned);
    }

    [Fact]
    public async Task DeadHolder_IsNoticedByATryWithoutWaiting()
    {
        using var gate = new ProcessLock();
        using var child = ChildProcess.Start(HoldForEver, Crossing.Send(gate));
        await child.WaitFor("held");
        child.Kill();
        await child.DieAsync();
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out var scope));
        Assert.True(scope.WasAbandoned);
    }

    [Fact]
    public async Task DeadHolder_IsToldOfOnce_ThoughTheNumbersOfTheHoldsComeRound()
    {
        const int HoldNumbers = 1 << 17;
        using var gate = new ProcessLock();
        using var child = ChildProcess.Start(HoldForEver, Crossing.Send(gate));
        await child.WaitFor("held");
        child.Kill();
        await child.DieAsync();
        using (gate.Acquire())
            Assert.True(gate.WasAbandoned);
        for (var i = 0; i <= HoldNumbers; i++)
        {
            using var scope = gate.Acquire();
            Assert.False(gate.WasAbandoned);
        }
    }

    [Fact]
    public async Task DeadHolder_OfAReentrantLock_LeavesNoneOfItsDepth()
    {
        using var gate = new ProcessLock(reentrant: true);
        using var child = ChildProcess.Start(HoldTwiceForEver, Crossing.Send(gate));
        await child.WaitFor("held");
        child.Kill();
        await child.DieAsync();
        using (var scope = gate.Acquire())
            Assert.True(scope.WasAbandoned);
        Assert.True(await Blocking.Run(() => gate.TryAcquire(TimeSpan.Zero, out _)).Soon());
    }

    [Fact]
    public async Task ThreadThatEnds_AbandonsItsReentrantLock_ThoughItsProcessLives()
    {
        using var gate = new ProcessLock(reentrant: true);
        using var mayEnd = new ProcessLock();
        var end = mayEnd.Acquire();
        using var child = ChildProcess.Start(HoldOnAThreadThatEnds, Crossing.Send(gate), Crossing.Send(mayEnd));
        await child.WaitFor("held");
        Assert.False(await Blocking.Run(() => gate.TryAcquire(TimeSpan.Zero, out _)).Soon());
        var waiter = Blocking.Run(() => AcquireAndRelease(gate));
        end.Dispose();
        Assert.True((await waiter.Soon()).WasAbandoned);
        Assert.False((await Blocking.Run(() => AcquireAndRelease(gate)).Soon()).WasAbandoned);
        await child.WaitFor("the process lives");
    }

    [Fact]
    public void ThreadOfThisProcess_ThatEnds_AbandonsItsReentrantLock()
    {
        using var gate = new ProcessLock(reentrant: true);
        var stale = default(LockScope);
        OnAThreadThatEnds(() =>
        {
            gate.Acquire();
            stale = gate.Acquire();
        });
        Assert.True(gate.TryAcquire(Blocking.Patience, out var scope));
        Assert.True(scope.WasAbandoned);
        stale.Dispose();
        var isFree = true;
        OnAThreadThatEnds(() => isFree = gate.TryAcquire(TimeSpan.Zero, out _));
        Assert.False(isFree);
        scope.Dispose();
        using var next = gate.Acquire();
        Assert.False(next.WasAbandoned);
    }

    [Fact]
    public async Task HolderThatExitsInOrder_CountsAsDead()
    {
        using var gate = new ProcessLock();
        using var child = ChildProcess.Start(HoldAndLeave, Crossing.Send(gate));
        await child.SucceedAsync();
        using var scope = gate.Acquire();
        Assert.True(scope.WasAbandoned);
    }

    [Fact]
    public async Task WaiterWithoutDescriptors_WaitsOn_AndGetsTheLock()
    {
        using var gate = new ProcessLock();
        var held = gate.Acquire();
        using var child = ChildProcess.Start(AcquireWithoutDescriptors, Crossing.Send(gate));
        await child.WaitFor("waited in vain");
        held.Dispose();
        await child.WaitFor("acquired");
        await child.SucceedAsync();
    }

#if DEBUG
    [Theory]
    [InlineData("lock: taken", true)]
    [InlineData("lock: freed, nobody woken yet", false)]
    [InlineData("lock: about to park", false)]
    public async Task KilledAtEachStep_TheLockPassesOn(string step, bool isAbandoned)
    {
        using var gate = new ProcessLock();
        using var numbers = new SharedNumbers(1);
        var held = gate.Acquire();
        using var child = ChildProcess.Start(AcquireAndCrash, Crossing.Send(gate), step);
        await child.WaitFor("acquiring");
        if (step != "lock: about to park")
            held.Dispose();
        // Those who wait here were parked before, while or after the child died; each gets its turn.
        var waiters = Enumerable.Range(0, 3).Select(_ => Blocking.Run(() => AcquireAndRelease(gate))).ToArray();
        await child.DieAsync();
        held.Dispose();
        var scopes = await Task.WhenAll(waiters).Soon();
        using var last = gate.Acquire();
        Assert.Equal(isAbandoned ? 1 : 0, scopes.Append(last).Count(scope => scope.WasAbandoned));
    }

    private static void AcquireAndCrash(string[] arguments)
    {
        var gate = Crossing.Receive<ProcessLock>(arguments[0]);
        Program.CrashAt(arguments[1]);
        Program.Say("acquiring");
        gate.Acquire().Dispose();
    }
#endif

    private static ChildProcess StartCounter(ProcessLock gate, SharedNumbers numbers, int worker, int rounds) =>
        ChildProcess.Start(Count, Crossing.Send(gate), Crossing.Send(numbers), worker.ToString(CultureInfo.InvariantCulture), rounds.ToString(CultureInfo.InvariantCulture));

    private static void Count(string[] arguments)
    {
        var gate = Crossing.Receive<ProcessLock>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        var worker = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        var rounds = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        Program.Say("counting");
        for (var round = 0; round < rounds; round++)
        {
            using var scope = gate.Acquire();
            CountOnce(numbers, worker, scope.WasAbandoned);
        }
    }

    /// <summary>Counts in two places that only the lock keeps equal. Whoever is told of a dead holder repairs them; whoever is not told and finds them unequal, or somebody inside, has seen the lock fail.</summary>
    private static void CountOnce(SharedNumbers numbers, int worker, bool wasAbandoned)
    {
        if (wasAbandoned)
            numbers[Total] = SumOfOwn(numbers);
        else if (numbers[Inside] != 0 || numbers[Total] != SumOfOwn(numbers))
            numbers[Violations]++;

        numbers[Inside] = worker + 1;
        var total = numbers[Total];
        var own = numbers[Own + worker];
        Thread.SpinWait(20);
        numbers[Total] = total + 1;
        Thread.SpinWait(20);
        numbers[Own + worker] = own + 1;
        if (numbers[Inside] != worker + 1)
            numbers[Violations]++;
        numbers[Inside] = 0;
    }

    private static long SumOfOwn(SharedNumbers numbers) => Enumerable.Range(Own, Counters).Sum(index => numbers[index]);

    private static async Task<LockScope> ReleaseThenWait(LockScope scope, Task<LockScope> other)
    {
        scope.Dispose();
        return await other.Soon();
    }

    private static LockScope AcquireAndRelease(ProcessLock gate)
    {
        var scope = gate.Acquire();
        scope.Dispose();
        return scope;
    }

    private static void AcquireWithoutDescriptors(string[] arguments)
    {
        var gate = Crossing.Receive<ProcessLock>(arguments[0]);
        Program.Say("waiting");
        // Once with them, which loads what the runtime loads on the way.
        Assert.False(gate.TryAcquire(TimeSpan.FromMilliseconds(20), out var scope));
        using (DescriptorLimit.None())
        {
            Assert.False(gate.TryAcquire(TimeSpan.FromMilliseconds(20), out scope));
            Program.Say("waited in vain");
            scope = gate.Acquire();
        }

        Assert.False(scope.WasAbandoned);
        Program.Say("acquired");
    }

    private static void HoldForEver(string[] arguments)
    {
        Crossing.Receive<ProcessLock>(arguments[0]).Acquire();
        Program.Say("held");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void HoldTwiceForEver(string[] arguments)
    {
        var gate = Crossing.Receive<ProcessLock>(arguments[0]);
        gate.Acquire();
        gate.Acquire();
        Program.Say("held");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void HoldOnAThreadThatEnds(string[] arguments)
    {
        var gate = Crossing.Receive<ProcessLock>(arguments[0]);
        var mayEnd = Crossing.Receive<ProcessLock>(arguments[1]);
        OnAThreadThatEnds(() =>
        {
            gate.Acquire();
            Program.Say("held");
            mayEnd.Acquire().Dispose();
        });
        Program.Say("the process lives");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void OnAThreadThatEnds(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        thread.Join();
    }

    private static void HoldAndLeave(string[] arguments) => Crossing.Receive<ProcessLock>(arguments[0]).Acquire();
}
