using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>No worker outlives its parent, whatever it does and however the parent ends.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class LifelineTests
{
    public enum Occupation
    {
        Idle,
        BusyLoop,
        HoldingEveryPoolThread,
        ParentOfAWorker,
    }

    [Theory]
    [InlineData(Occupation.Idle)]
    [InlineData(Occupation.BusyLoop)]
    [InlineData(Occupation.HoldingEveryPoolThread)]
    [InlineData(Occupation.ParentOfAWorker)]
    public async Task ParentKilled_WorkersDie(Occupation occupation)
    {
        using var meeting = new Rendezvous();
        using var parent = ChildProcess.Start(RunWorkers, meeting.Path, occupation.ToString());
        var arrivals = await meeting.NextAsync(occupation == Occupation.ParentOfAWorker ? 4 : 2);
        Assert.Equal(2, WorkerProcesses.ChildrenOf(parent.Id).Count);

        parent.Kill();
        await parent.DieAsync();
        foreach (var arrival in arrivals)
        {
            await arrival.GoneAsync();
            await WaitForEndAsync(arrival.ProcessId);
        }
    }

    [Fact]
    public async Task ParentKilledWhileItsWorkersStart_WorkersDie()
    {
        using var parent = ChildProcess.Start(StartAndSay);
        await parent.WaitFor("started");
        var workers = WorkerProcesses.ChildrenOf(parent.Id);
        parent.Kill();
        await parent.DieAsync();
        foreach (var worker in workers)
            await WaitForEndAsync(worker);
    }

    [Fact]
    public async Task ParentThatEndsWithoutDispose_TakesItsWorkersAlong()
    {
        using var meeting = new Rendezvous();
        using var parent = ChildProcess.Start(ReturnWithoutDispose, meeting.Path);
        var arrival = await meeting.NextAsync();
        await parent.SucceedAsync();
        await arrival.GoneAsync();
        await WaitForEndAsync(arrival.ProcessId);
    }

    private static void RunWorkers(string[] arguments)
    {
        var executor = new ProcessExecutor(2);
        var occupation = Enum.Parse<Occupation>(arguments[1]);
        for (var i = 0; i < 2; i++)
            executor.Submit(Occupy, arguments[0], occupation);
        Thread.Sleep(Timeout.Infinite);
    }

    private static void Occupy(string path, Occupation occupation)
    {
        switch (occupation)
        {
            case Occupation.BusyLoop:
                Work.SpinForEver(path);
                break;
            case Occupation.HoldingEveryPoolThread:
                Work.HoldThePool();
                Rendezvous.Announce(path);
                Thread.Sleep(Timeout.Infinite);
                break;
            case Occupation.ParentOfAWorker:
                new ProcessExecutor(1).Submit(Work.SpinForEver, path);
                Work.SpinForEver(path);
                break;
            default:
                // The connection outlives the work and ends with the process.
                Rendezvous.Announce(path);
                break;
        }
    }

    private static void StartAndSay(string[] arguments)
    {
        // No work: the workers are alive, but not yet far.
        var executor = new ProcessExecutor(2);
        executor.Submit(static () => 1);
        executor.Submit(static () => 1);
        while (WorkerProcesses.ChildrenOf(Environment.ProcessId).Count == 0)
            Thread.Yield();
        Program.Say("started");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void ReturnWithoutDispose(string[] arguments)
    {
        var executor = new ProcessExecutor(1);
        executor.Submit(static path => { Rendezvous.Announce(path); }, arguments[0]).Wait();
    }

    /// <summary>The kernel closes a dying process's files a moment before it counts as dead.</summary>
    private static Task WaitForEndAsync(int processId) => Blocking.Run(() =>
    {
        while (WorkerProcesses.IsAlive(processId))
            Thread.Yield();
    }).Soon();
}
