using System.Diagnostics;
using Tandem.Runtime.Tests.Executors;
using Tandem.Runtime.Tests.Workers;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Processes;

/// <summary>What holds for a process that runs one call, over whatever link it is reached.</summary>
public abstract class WorkerProcessContractTests
{
    private protected abstract WorkerCommand Command(WorkerCommand command);

    private WorkerProcessOptions Options => new() { Command = Command(WorkerCommand.Current) };

    [Fact]
    public async Task Work_RunsInAProcessOfItsOwn_AndGivesItsResult()
    {
        using var process = WorkerProcess.Start(static () => Environment.ProcessId, Options);
        Assert.Equal(process.Id, await process.Completion.Soon());
        Assert.NotEqual(Environment.ProcessId, process.Id);
        Assert.Equal(process.Id, process.Result);
        Assert.False(process.IsAlive);
        Assert.Equal(0, process.ExitCode);
        Assert.Null(process.Signal);
    }

    [Fact]
    public async Task AllForms_TakeTheirArguments()
    {
        using WorkerProcess none = WorkerProcess.Start(static () => { }, Options);
        using WorkerProcess noneAsync = WorkerProcess.Start(static async () => await Task.Yield(), Options);
        using var one = WorkerProcess.Start(Work.Double, 21, Options);
        using var twoAsync = WorkerProcess.Start(static async (a, b) =>
        {
            await Task.Yield();
            return a + b;
        }, 1, 2, Options);
        using var four = WorkerProcess.Start(static (a, b, c, d) => $"{a} {b} {c.Count} {d}", 1, "two", new List<int> { 3 }, 4.5, Options);
        await Task.WhenAll(none.Completion, noneAsync.Completion).Soon();
        Assert.Equal(42, await one.Completion.Soon());
        Assert.Equal(3, await twoAsync.Completion.Soon());
        Assert.Equal("1 two 1 4.5", await four.Completion.Soon());
    }

    [Fact]
    public async Task WhileItRuns_ItIsAlive_WithoutAnExitCode_AndPsShowsItsName()
    {
        using var meeting = new Rendezvous();
        var options = Options;
        options.Name = "parser 7";
        using var process = WorkerProcess.Start(Rendezvous.Meet, meeting.Path, options);
        var arrival = await meeting.NextAsync();
        Assert.Equal(arrival.ProcessId, process.Id);
        Assert.Equal("parser 7", process.Name);
        Assert.Contains("parser 7", File.ReadAllText($"/proc/{process.Id}/cmdline"), StringComparison.Ordinal);
        Assert.True(process.IsAlive);
        Assert.Null(process.ExitCode);
        Assert.False(process.Completion.IsCompleted);
        Assert.False(process.WaitHandle.WaitOne(0));
        Assert.False(process.Join(TimeSpan.Zero));

        arrival.Release();
        Assert.True(await Blocking.Run(() => process.Join(Blocking.Patience)));
        Assert.True(process.WaitHandle.WaitOne(0));
        Assert.True(process.Completion.IsCompletedSuccessfully);
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public void WithoutAName_ItIsNumbered()
    {
        using var one = WorkerProcess.Start(static () => { }, Options);
        using var other = WorkerProcess.Start(static () => { }, Options);
        Assert.Matches("^WorkerProcess-[0-9]+$", one.Name);
        Assert.NotEqual(one.Name, other.Name);
    }

    [Fact]
    public async Task WhatTheWorkThrows_IsItsCompletion_AndTheExitCodeIsOne()
    {
        using var process = WorkerProcess.Start(Work.Throw, "no luck", Options);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => process.Completion.Soon());
        Assert.Equal("no luck", thrown.Message);
        Assert.Contains("Work.Throw", thrown.StackTrace, StringComparison.Ordinal);
        await process.JoinAsync().Soon();
        Assert.Equal(1, process.ExitCode);
    }

    [Theory]
    [InlineData(Death.Kill, "SIGKILL", 137)]
    [InlineData(Death.SegmentationFault, "SIGSEGV", 139)]
    [InlineData(Death.StackOverflow, "SIGABRT", 134)]
    [InlineData(Death.FailFast, "SIGABRT", 134)]
    public async Task ADeath_IsToldWithItsSignal(Death death, string signal, int exitCode)
    {
        using var process = WorkerProcess.Start(Work.Die, death, Options);
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => process.Completion.Soon());
        Assert.Equal((signal, signal), (crash.Signal, process.Signal));
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal((process.Name, process.Id, "Work.Die"), (crash.WorkerName, crash.ProcessId, crash.Work));
    }

    [Fact]
    public async Task AnExitOfItsOwn_IsSuccess_WhereItIsZeroAndNothingIsMissing()
    {
        using var done = WorkerProcess.Start(static () => Environment.Exit(0), Options);
        using var unfit = WorkerProcess.Start(static () => Environment.Exit(3), Options);
        using var withoutResult = WorkerProcess.Start(static () =>
        {
            Environment.Exit(0);
            return 1;
        }, Options);
        await done.Completion.Soon();
        Assert.Equal(3, (await Assert.ThrowsAsync<WorkerCrashedException>(() => unfit.Completion.Soon())).ExitCode);
        await Assert.ThrowsAsync<WorkerCrashedException>(() => withoutResult.Completion.Soon());
        Assert.Equal((0, 3, 0), (done.ExitCode, unfit.ExitCode, withoutResult.ExitCode));
    }

    [Fact]
    public async Task TheExitCodeThatTheWorkSets_IsTheProcesss()
    {
        using var process = WorkerProcess.Start(static () => { Environment.ExitCode = 5; }, Options);
        await process.Completion.Soon();
        Assert.Equal(5, process.ExitCode);
    }

    [Fact]
    public async Task AForegroundThreadOfTheWork_EndsBeforeTheProcess()
    {
        using var meeting = new Rendezvous();
        using var process = WorkerProcess.Start(static path => new Thread(() => Rendezvous.Meet(path)).Start(), meeting.Path, Options);
        var arrival = await meeting.NextAsync();
        Assert.True(process.IsAlive);
        arrival.Release();
        await process.Completion.Soon();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Kill_EndsIt_AndIsNoFailure()
    {
        using var meeting = new Rendezvous();
        using var process = WorkerProcess.Start(Work.SpinForEver, meeting.Path, Options);
        await meeting.NextAsync();
        process.Kill();
        await process.JoinAsync().Soon();
        Assert.Equal((137, "SIGKILL"), (process.ExitCode, process.Signal));
        Assert.True(process.Completion.IsCanceled);
        process.Kill();
        process.Terminate();
    }

    [Fact]
    public async Task KilledByAnother_IsAFailure()
    {
        using var meeting = new Rendezvous();
        using var process = WorkerProcess.Start(Work.SpinForEver, meeting.Path, Options);
        await meeting.NextAsync();
        Process.GetProcessById(process.Id).Kill();
        Assert.Equal("SIGKILL", (await Assert.ThrowsAsync<WorkerCrashedException>(() => process.Completion.Soon())).Signal);
    }

    [Fact]
    public async Task Terminate_EndsWorkThatTakesNoToken()
    {
        using var meeting = new Rendezvous();
        using var process = WorkerProcess.Start(Work.SpinForEver, meeting.Path, Options);
        await meeting.NextAsync();
        process.Terminate();
        await process.JoinAsync().Soon();
        Assert.Equal((143, "SIGTERM"), (process.ExitCode, process.Signal));
        Assert.True(process.Completion.IsCanceled);
    }

    [Fact]
    public async Task Terminate_TellsWorkByItsToken()
    {
        using var meeting = new Rendezvous();
        using var process = WorkerProcess.Start(Work.WaitForCancellation, meeting.Path, CancellationToken.None, Options);
        await meeting.NextAsync();
        process.Terminate();
        await process.JoinAsync().Soon();
        Assert.Equal(143, process.ExitCode);
        Assert.True(process.Completion.IsCanceled);
    }

    [Fact]
    public async Task Terminate_LeavesWorkThatTakesATokenToEndAsItLikes()
    {
        using var meeting = new Rendezvous();
        using var process = WorkerProcess.Start(static (path, token) =>
        {
            using var connection = Rendezvous.Announce(path);
            token.WaitHandle.WaitOne();
            return "saved";
        }, meeting.Path, CancellationToken.None, Options);
        await meeting.NextAsync();
        process.Terminate();
        Assert.Equal("saved", await process.Completion.Soon());
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ATokenAmongTheArguments_IsSignaledThere(bool before)
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        if (before)
            await cancellation.CancelAsync();
        using var process = WorkerProcess.Start(Work.WaitForCancellation, meeting.Path, cancellation.Token, Options);
        await meeting.NextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => process.Completion.Soon());
        await process.JoinAsync().Soon();
        Assert.Equal(143, process.ExitCode);
    }

    [Fact]
    public async Task LargeValues_GoThereAndBack()
    {
        var numbers = new int[1 << 20];
        numbers[^1] = 7;
        using var process = WorkerProcess.Start(static values => values.Reverse().ToArray(), numbers, Options);
        Assert.Equal(7, (await process.Completion.Soon())[0]);
    }

    [Fact]
    public async Task APrimitiveAsResult_OutlivesItsProcess()
    {
        using var process = WorkerProcess.Start(static () =>
        {
            var queue = new ProcessQueue<string>();
            queue.Put("from there");
            return queue;
        }, Options);
        using var queue = await process.Completion.Soon();
        Assert.Equal("from there", queue.Take());
    }

    [Fact]
    public async Task OfMany_TheFirstThatEndsIsTold()
    {
        using var meeting = new Rendezvous();
        using var one = WorkerProcess.Start(Rendezvous.Meet, meeting.Path, Options);
        using var other = WorkerProcess.Start(Rendezvous.Meet, meeting.Path, Options);
        var arrivals = await meeting.NextAsync(2);
        arrivals.Single(a => a.ProcessId == other.Id).Release();
        Assert.Equal(1, await Blocking.Run(() => WaitHandle.WaitAny([one.WaitHandle, other.WaitHandle], Blocking.Patience)));
        Assert.Equal(other.Completion, await Task.WhenAny(one.Completion, other.Completion).Soon());
        Assert.True(one.IsAlive);
    }

    [Fact]
    public async Task Dispose_KillsWhatStillRuns_FromManyThreadsAtOnce()
    {
        using var meeting = new Rendezvous();
        var process = WorkerProcess.Start(Work.SpinForEver, meeting.Path, Options);
        await meeting.NextAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Blocking.Run(process.Dispose))).Soon();
        Assert.False(process.IsAlive);
        Assert.Equal(137, process.ExitCode);
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public async Task KilledAtAnyTimeOfItsStart_ItEnds_AndOnlyOnce()
    {
        for (var spins = 1; spins < 1 << 24; spins *= 4)
        {
            using var process = WorkerProcess.Start(static () => 1, Options);
            Thread.SpinWait(spins);
            process.Kill();
            await process.JoinAsync().Soon();
            Assert.True(process.Completion.IsCanceled || process.Result == 1);
        }

        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public async Task TerminatedAtAnyTimeOfItsStart_ItEnds()
    {
        for (var spins = 1; spins < 1 << 24; spins *= 4)
        {
            using var process = WorkerProcess.Start(static token => token.WaitHandle.WaitOne(), CancellationToken.None, Options);
            Thread.SpinWait(spins);
            process.Terminate();
            await process.JoinAsync().Soon();
            Assert.True(process.Completion.IsCanceled || process.Result);
        }
    }

    [Fact]
    public async Task ManyAtOnceAndInARow_LeaveNothingBehind()
    {
        await RunSomeAsync();
        var before = Descriptors();
        for (var i = 0; i < 3; i++)
            await RunSomeAsync();
        Assert.True(await Blocking.Run(() => SpinWait.SpinUntil(() => Descriptors() <= before, Blocking.Patience)), $"There were {before} descriptors, now {Descriptors()}.");
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));

        async Task RunSomeAsync()
        {
            var processes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Blocking.Run(() => WorkerProcess.Start(Work.Double, i, Options)))).Soon();
            Assert.Equal(Enumerable.Range(0, 6).Select(Work.Double), await Task.WhenAll(processes.Select(p => p.Completion)).Soon());
            Array.ForEach(processes, p => p.Dispose());
        }

        static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }

    [Fact]
    public void AProgramThatIsNotThere_IsToldByStart()
    {
        var thrown = Assert.Throws<WorkerStartException>(() => WorkerProcess.Start(static () => { }, new() { Command = Command(new("/nowhere/dotnet", ["exec"])) }));
        Assert.Contains("/nowhere/dotnet exec", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramThatEndsAtOnce_IsToldByItsCompletion()
    {
        using var process = WorkerProcess.Start(static () => { }, new() { Command = Command(new("/bin/sh", ["-c", "echo You must install .NET >&2; exit 3"])) });
        var thrown = await Assert.ThrowsAsync<WorkerStartException>(() => process.Completion.Soon());
        Assert.EndsWith("You must install .NET", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(3, process.ExitCode);
    }

    [Fact]
    public void WhatCannotCross_IsRefused()
    {
        var captured = 1;
        Assert.Contains("'captured'", Assert.Throws<ArgumentException>(() => WorkerProcess.Start(() => { captured++; }, Options)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => WorkerProcess.Start(static stream => { }, Stream.Null, Options));
        Assert.Throws<NotSupportedException>(() => WorkerProcess.Start(static () => Enumerable.Range(0, 1).Where(static n => n > 0), Options));
        Assert.Throws<ArgumentException>(() => WorkerProcess.Start(static () => { }, new() { Name = "" }));
        Assert.Throws<ArgumentNullException>(() => WorkerProcess.Start((Action)null!, Options));
    }
}

[Collection(WorkerProcesses.Name)]
public sealed class WorkerProcessTests : WorkerProcessContractTests
{
    private protected override WorkerCommand Command(WorkerCommand command) => command;

    [Fact]
    public async Task AChildThatClosesItsChannelAndLivesOn_IsEnded()
    {
        using var process = WorkerProcess.Start(static () => { }, new() { Command = new("/bin/sh", ["-c", "exec 3>&-; while sleep 1; do :; done"]) });
        await Assert.ThrowsAsync<WorkerStartException>(() => process.Completion.Soon());
        Assert.Equal("SIGKILL", process.Signal);
    }
}

[Collection(WorkerProcesses.Name)]
public sealed class PortableWorkerProcessTests : WorkerProcessContractTests
{
    private protected override WorkerCommand Command(WorkerCommand command) => command with { IsPortable = true };
}
