using System.Globalization;
using System.Text.Json;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Tandem.Runtime.Tests.Sharing;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Locks;

public sealed class ProcessBarrierTests(ITestOutputHelper output) : BarrierContractTests
{
    private protected override (ProcessBarrier One, ProcessBarrier Other) Create(int participants)
    {
        var both = new ProcessBarrier(participants);
        return (both, both);
    }

    [Fact]
    public async Task Processes_GoOnTogether()
    {
        const int Children = 3, Phases = 500;
        using var barrier = new ProcessBarrier(Children + 1);
        using var numbers = new SharedNumbers(Children);
        var children = Enumerable.Range(0, Children).Select(number =>
            ChildProcess.Start(CountPhases, Crossing.Send(barrier), Crossing.Send(numbers), Text(number), Text(Phases))).ToArray();
        for (var phase = 1; phase <= Phases; phase++)
        {
            barrier.SignalAndWait();
            for (var child = 0; child < Children; child++)
                Assert.InRange(Volatile.Read(ref numbers[child]), phase, phase + 1);
        }

        foreach (var child in children)
        {
            await child.SucceedAsync();
            child.Dispose();
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ParticipantKilledWhileOthersWait_BreaksIt_AndIsNamed(bool async)
    {
        using var barrier = new ProcessBarrier(3);
        using var child = ChildProcess.Start(WaitForEver, Crossing.Send(barrier));
        await child.WaitFor("waiting");
        var waiting = async ? barrier.SignalAndWaitAsync().AsTask() : Blocking.Run(() => barrier.SignalAndWait());
        child.Kill();
        var error = await Assert.ThrowsAsync<BrokenBarrierException>(() => waiting.Soon());
        Assert.Contains($"process {child.Id}", error.Message, StringComparison.Ordinal);
        Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait());
    }

    [Fact]
    public async Task ProcessKilledBeforeItCame_BreaksIt_AndResetForgetsIt()
    {
        using var barrier = new ProcessBarrier(2);
        using var child = ChildProcess.Start(HaveForEver, Crossing.Send(barrier));
        await child.WaitFor("has it");
        Assert.False(barrier.SignalAndWait(TimeSpan.FromMilliseconds(5)));
        child.Kill();
        await child.DieAsync();
        Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait());
        barrier.Reset();
        var first = barrier.SignalAndWaitAsync().AsTask();
        barrier.SignalAndWait();
        await first.Soon();
    }

    [Theory]
    [InlineData(nameof(ComeOnceAndLeave), false)]
    [InlineData(nameof(ComeOnceAndDispose), false)]
    [InlineData(nameof(ComeOnceAndFail), true)]
    public async Task ProcessThatEndsAfterItsPhase_BreaksIt_OnlyIfItFailed(string work, bool isBroken)
    {
        using var barrier = new ProcessBarrier(2);
        Action<string[]> body = work switch
        {
            nameof(ComeOnceAndLeave) => ComeOnceAndLeave,
            nameof(ComeOnceAndDispose) => ComeOnceAndDispose,
            _ => ComeOnceAndFail,
        };
        using var child = ChildProcess.Start(body, Crossing.Send(barrier));
        barrier.SignalAndWait();
        await child.WaitForExitAsync();
        var first = barrier.SignalAndWaitAsync().AsTask();
        if (isBroken)
        {
            await Assert.ThrowsAsync<BrokenBarrierException>(() => first.Soon());
        }
        else
        {
            Assert.True(barrier.SignalAndWait(TimeSpan.FromMilliseconds(100)));
            await first.Soon();
        }
    }

    [Fact]
    public async Task WorkersOfAnExecutor_MeetInTheirTasks_AndEndInOrderAfterwards()
    {
        using var barrier = new ProcessBarrier(2);
        using (var executor = new ProcessExecutor(2))
        {
            var tasks = Enumerable.Range(0, 2).Select(_ => executor.Submit(static barrier => barrier.SignalAndWait(), barrier)).ToArray();
            await Task.WhenAll(tasks).Soon();
            await executor.ShutdownAsync().Soon();
        }

        var first = barrier.SignalAndWaitAsync().AsTask();
        barrier.SignalAndWait();
        await first.Soon();
        Assert.Equal(2, barrier.CurrentPhaseNumber);
    }

    [Fact]
    public async Task RandomParticipants_Killed_NobodyWaitsForEver()
    {
        const int Children = 2;
        var random = Stress.Seeded(output);
        using var barrier = new ProcessBarrier(Children + 1);
        var rounds = Stress.Rounds(15);
        for (var round = 0; round < rounds; round++)
        {
            var children = Enumerable.Range(0, Children).Select(_ => ChildProcess.Start(ComeForEver, Crossing.Send(barrier))).ToArray();
            foreach (var child in children)
                await child.WaitFor("coming");
            var waiting = Blocking.Run(() =>
            {
                while (true)
                    barrier.SignalAndWait();
            });
            Thread.SpinWait(random.Next(200_000));
            children[random.Next(Children)].Kill();
            await Assert.ThrowsAsync<BrokenBarrierException>(() => waiting.Soon());
            foreach (var child in children)
            {
                // The other one is told too, and ends by that.
                await child.WaitForExitAsync();
                child.Dispose();
            }

            barrier.Reset();
        }
    }

    [Fact]
    public void Named_IsOne_AndItsNumberIsSettled()
    {
        var name = $"{Guid.NewGuid()}";
        using var barrier = new ProcessBarrier(name, 1);
        using var same = new ProcessBarrier(name, 1);
        same.SignalAndWait();
        Assert.Equal(1, barrier.CurrentPhaseNumber);
        Assert.Contains("1 participants", Assert.Throws<ArgumentException>(() => new ProcessBarrier(name, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessBarrier(0));
    }

    [Fact]
    public void Crosses_AtAnyDepthOfAnArgument()
    {
        using var barrier = new ProcessBarrier(1);
        using var received = JsonSerializer.Deserialize<ProcessBarrier[][]>(JsonSerializer.Serialize<ProcessBarrier[][]>([[barrier]]))![0][0];
        received.SignalAndWait();
        Assert.Equal(1, barrier.CurrentPhaseNumber);
        Assert.Equal(1, received.ParticipantCount);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Dispose_EndsTheWaitsOfThisObject_WhichHasNotCome(bool async)
    {
        var barrier = new ProcessBarrier(2);
        using var other = Crossing.Receive<ProcessBarrier>(Crossing.Send(barrier));
        var waiting = async ? barrier.SignalAndWaitAsync().AsTask() : Blocking.Run(() => barrier.SignalAndWait());
        barrier.Dispose();
        barrier.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Soon());
        Assert.Equal(2, other.ParticipantsRemaining);
        Assert.Equal(nameof(ProcessBarrier), Assert.Throws<ObjectDisposedException>(barrier.Abort).ObjectName);
    }

    [Fact]
    public async Task Forgotten_IsCollected()
    {
        using var child = ChildProcess.Start(ForgetMany);
        await child.SucceedAsync();
    }

#if DEBUG
    [Theory]
    [InlineData("lock: taken")]
    [InlineData("barrier: counted, lock held")]
    [InlineData("lock: freed, nobody woken yet")]
    [InlineData("barrier: arrived, nobody woken yet")]
    [InlineData("doorbell: about to park")]
    public async Task KilledAtEachStep_BreaksIt(string step)
    {
        using var barrier = new ProcessBarrier(3);
        using var child = ChildProcess.Start(ComeAndCrash, Crossing.Send(barrier), step);
        var waiting = Blocking.Run(() => barrier.SignalAndWait());
        await child.DieAsync();
        await Assert.ThrowsAsync<BrokenBarrierException>(() => waiting.Soon());
    }

    [Theory]
    [InlineData("barrier: counted, lock held", true)]
    [InlineData("barrier: arrived, nobody woken yet", false)]
    public async Task LastOneKilled_HasCompletedThePhase_OnceItHasLetGoOfTheLock(string step, bool isBroken)
    {
        using var barrier = new ProcessBarrier(2);
        var first = barrier.SignalAndWaitAsync().AsTask();
        using var child = ChildProcess.Start(ComeAndCrash, Crossing.Send(barrier), step);
        await child.DieAsync();
        if (isBroken)
            await Assert.ThrowsAsync<BrokenBarrierException>(() => first.Soon());
        else
            await first.Soon();
    }

    [Fact]
    public async Task StoppedInTheMiddleOfItsArrival_OthersGiveUpInTime()
    {
        using var barrier = new ProcessBarrier(2);
        using var child = ChildProcess.Start(ComeAndStop, Crossing.Send(barrier), "barrier: counted, lock held");
        await child.StoppedAsync();
        Assert.False(await Blocking.Run(() => barrier.SignalAndWait(TimeSpan.FromMilliseconds(20))).Soon());
        Assert.False(await Blocking.Run(() => barrier.SignalAndWait(TimeSpan.Zero)).Soon());
        barrier.Abort();
        child.Continue();
        await child.WaitFor("broken");
    }

    private static void ComeAndCrash(string[] arguments)
    {
        var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]);
        Program.CrashAt(arguments[1]);
        barrier.SignalAndWait();
    }

    private static void ComeAndStop(string[] arguments)
    {
        var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]);
        Program.StopAt(arguments[1]);
        Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait());
        Program.Say("broken");
    }
#endif

    private static void CountPhases(string[] arguments)
    {
        var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]);
        var numbers = Crossing.Receive<SharedNumbers>(arguments[1]);
        var own = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        for (var phase = 0; phase < int.Parse(arguments[3], CultureInfo.InvariantCulture); phase++)
        {
            Volatile.Write(ref numbers[own], phase + 1);
            barrier.SignalAndWait();
        }
    }

    private static void WaitForEver(string[] arguments)
    {
        var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]);
        Program.Say("waiting");
        barrier.SignalAndWait();
    }

    private static void HaveForEver(string[] arguments)
    {
        using var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]);
        Program.Say("has it");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void ComeForEver(string[] arguments)
    {
        var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]);
        Program.Say("coming");
        try
        {
            while (true)
                barrier.SignalAndWait();
        }
        catch (BrokenBarrierException)
        {
        }
    }

    private static void ComeOnceAndLeave(string[] arguments) => Crossing.Receive<ProcessBarrier>(arguments[0]).SignalAndWait();

    private static void ComeOnceAndDispose(string[] arguments)
    {
        using (var barrier = Crossing.Receive<ProcessBarrier>(arguments[0]))
            barrier.SignalAndWait();
        // An end like any other from here on.
        Environment.Exit(1);
    }

    private static void ComeOnceAndFail(string[] arguments)
    {
        Crossing.Receive<ProcessBarrier>(arguments[0]).SignalAndWait();
        Environment.Exit(1);
    }

    private static void ForgetMany(string[] arguments) => Forgetting.LeavesNothing(static count =>
    {
        for (var i = 0; i < count; i++)
            new ProcessBarrier(1).SignalAndWait();
    });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The same with two objects, as two processes have them.</summary>
public sealed class ReceivedProcessBarrierTests : BarrierContractTests
{
    private protected override (ProcessBarrier One, ProcessBarrier Other) Create(int participants)
    {
        var one = new ProcessBarrier(participants);
        return (one, Crossing.Receive<ProcessBarrier>(Crossing.Send(one)));
    }
}
