using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;
using Tandem.Runtime.Tests.Workers;

namespace Tandem.Runtime.Tests.Processes;

/// <summary>What becomes of a worker process when its parent ends, one way or another.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class WorkerProcessEndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ParentKilled_ItDies(bool isBackground)
    {
        using var meeting = new Rendezvous();
        using var parent = ChildProcess.Start(StartOne, meeting.Path, isBackground.ToString(), "return");
        var (arrival, _) = await BothAsync(meeting, parent);
        parent.Kill();
        await parent.DieAsync();
        await arrival.GoneAsync();
    }

    [Theory]
    [InlineData("return")]
    [InlineData("exit")]
    public async Task ParentThatEnds_WaitsForIt(string end)
    {
        using var meeting = new Rendezvous();
        using var parent = ChildProcess.Start(StartOne, meeting.Path, "false", end);
        var (arrival, parents) = await BothAsync(meeting, parent);
        parents.Release();
        await parent.WaitFor("ending");
        arrival.Release();
        await parent.WaitFor("done");
        await parent.SucceedAsync();
    }

    [Theory]
    [InlineData("return")]
    [InlineData("exit")]
    public async Task ParentThatEnds_TakesABackgroundOneAlong(string end)
    {
        using var meeting = new Rendezvous();
        using var parent = ChildProcess.Start(StartOne, meeting.Path, "true", end);
        var (arrival, parents) = await BothAsync(meeting, parent);
        parents.Release();
        await parent.SucceedAsync();
        await arrival.GoneAsync();
    }

    [Fact]
    public async Task WhatTheWorkThrows_StandsOnStandardError()
    {
        using var parent = ChildProcess.StartMute(ThrowInAChild);
        var errors = await parent.ReadErrorsAsync().Soon();
        await parent.SucceedAsync();
        Assert.Contains("Unhandled exception in 'thrower'. System.InvalidOperationException: no luck", errors, StringComparison.Ordinal);
        Assert.Contains("at Tandem.Runtime.Tests.Executors.Work.Throw", errors, StringComparison.Ordinal);
    }

    private static async Task<(Rendezvous.Arrival Worker, Rendezvous.Arrival Parent)> BothAsync(Rendezvous meeting, ChildProcess parent)
    {
        var both = await meeting.NextAsync(2);
        return both[0].ProcessId == parent.Id ? (both[1], both[0]) : (both[0], both[1]);
    }

    private static void StartOne(string[] arguments)
    {
        WorkerProcess.Start(MeetAndSay, arguments[0], new() { IsBackground = bool.Parse(arguments[1]) });
        Rendezvous.Meet(arguments[0]);
        switch (arguments[2])
        {
            case "exit":
                Program.Say("ending");
                Environment.Exit(0);
                break;
            default:
                Program.Say("ending");
                break;
        }
    }

    private static void MeetAndSay(string path)
    {
        Rendezvous.Meet(path);
        Program.Say("done");
    }

    private static void ThrowInAChild(string[] arguments)
    {
        using var process = WorkerProcess.Start(Work.Throw, "no luck", new() { Name = "thrower" });
        process.Join();
    }
}
