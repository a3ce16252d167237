using System.Diagnostics;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>One crash, one failure: however and whenever a worker dies, the task that it ran fails and says how, and all others run on.</summary>
public abstract class CrashTests
{
    private protected abstract ProcessExecutor Create(ProcessExecutorOptions options, WorkerCommand? command = null);

    [Theory]
    [InlineData(Death.Kill, null, "SIGKILL", "was killed by SIGKILL (9)")]
    [InlineData(Death.SegmentationFault, null, "SIGSEGV", "was killed by SIGSEGV (11)")]
    [InlineData(Death.StackOverflow, null, "SIGABRT", "Stack overflow")]
    [InlineData(Death.FailFast, null, "SIGABRT", "on purpose")]
    [InlineData(Death.Exit, 0, null, "ended with exit code 0")]
    public async Task WhileRunning_FailsThatTaskOnly(Death death, int? exitCode, string? signal, string said)
    {
        await using var executor = Create(new() { MaxWorkers = 2 });
        var tasks = Enumerable.Range(0, 10).Select(i => i == 4 ? executor.Submit(DieAndGive, death) : executor.Submit(Work.Double, i)).ToList();
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => tasks[4].Soon());
        Assert.Equal((exitCode, signal), (crash.ExitCode, crash.Signal));
        Assert.Contains(said, crash.Message, StringComparison.Ordinal);
        Assert.Equal("CrashTests.DieAndGive", crash.Work);
        Assert.Contains(crash.Work, crash.Message, StringComparison.Ordinal);
        Assert.Contains(crash.WorkerName, crash.Message, StringComparison.Ordinal);
        Assert.Contains($"pid {crash.ProcessId}", crash.Message, StringComparison.Ordinal);
        for (var i = 0; i < tasks.Count; i++)
        {
            if (i != 4)
                Assert.Equal(2 * i, await tasks[i].Soon());
        }
    }

    [Theory]
    [InlineData(Death.Kill)]
    [InlineData(Death.SegmentationFault)]
    [InlineData(Death.StackOverflow)]
    [InlineData(Death.FailFast)]
    [InlineData(Death.Exit)]
    public async Task WhileIdle_FailsNothing(Death death)
    {
        using var meeting = new Rendezvous();
        await using var executor = Create(new() { MaxWorkers = 1 });
        var first = await executor.Submit(DieLater, meeting.Path, death).Soon();
        var arrival = await meeting.NextAsync();
        arrival.Release();
        await arrival.GoneAsync();
        Assert.NotEqual(first, await executor.Submit(static () => Environment.ProcessId).Soon());
    }

    [Fact]
    public async Task KilledJustAsWorkIsHandedOver_LosesNothingAndRunsNothingTwice()
    {
        await using var executor = Create(new() { MaxWorkers = 1 });
        for (var i = 0; i < 20; i++)
        {
            var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
            Process.GetProcessById(worker).Kill();

            // Either the death is known by then, or it is found out before the work begins, or the work has begun and its task fails.
            var task = executor.Submit(static () => Environment.ProcessId);
            try
            {
                Assert.NotEqual(worker, await task.Soon());
            }
            catch (WorkerCrashedException crash)
            {
                Assert.Equal(worker, crash.ProcessId);
            }
        }
    }

    [Theory]
    [InlineData(Death.Kill)]
    [InlineData(Death.SegmentationFault)]
    [InlineData(Death.StackOverflow)]
    [InlineData(Death.FailFast)]
    [InlineData(Death.Exit)]
    public async Task WhileStarting_AgainAndAgain_FailsWhatWaits_ThenTriesAnew(Death death)
    {
        using var starts = new StartCounter(death);
        await using var executor = Create(new() { MaxWorkers = 1, Initializer = static () => StartCounter.DieForTheFirst(3) });
        var failed = await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon());
        Assert.Contains("before it was ready", failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, await executor.Submit(static () => 2).Soon());
        Assert.Equal(4, starts.Starts);
    }

    [Fact]
    public async Task WhileStarting_Once_FailsNothing()
    {
        using var starts = new StartCounter(Death.Kill);
        await using var executor = Create(new() { MaxWorkers = 1, Initializer = static () => StartCounter.DieForTheFirst(1) });
        Assert.Equal(2, await executor.Submit(static () => 2).Soon());
        Assert.Equal(2, starts.Starts);
    }

    [Fact]
    public async Task BeforeItBegins_AgainAndAgain_FailsThatTaskOnly()
    {
        // A heap of 64 MiB cannot take a message of more than 100.
        var small = new WorkerCommand("/usr/bin/env", ["DOTNET_GCHeapHardLimit=0x4000000", WorkerCommand.Current.Program, .. WorkerCommand.Current.Arguments]);
        await using var executor = Create(new() { MaxWorkers = 1 }, small);
        var tooLarge = executor.Submit(static blocks => blocks.Count, new List<byte[]> { new byte[80 << 20] });
        var next = executor.Submit(Work.Double, 2);
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => tooLarge.Soon());
        Assert.Contains("like 2 workers before it, before it could begin ", crash.Message, StringComparison.Ordinal);
        Assert.Equal(4, await next.Soon());
    }

    [Fact]
    public async Task KillingOneOfTwoWorkersAmidTwentyTasks_FailsExactlyOne()
    {
        using var meeting = new Rendezvous();
        var executor = Create(new() { MaxWorkers = 2 });
        var tasks = Enumerable.Range(0, 20).Select(_ => executor.Submit(Rendezvous.Meet, meeting.Path)).ToList();
        var running = await meeting.NextAsync(2);
        Process.GetProcessById(running[0].ProcessId).Kill();
        running[1].Release();
        for (var i = 2; i < 20; i++)
            (await meeting.NextAsync()).Release();

        var results = await Task.WhenAll(tasks.Select(async task =>
        {
            try
            {
                return (await task.Soon(), null);
            }
            catch (WorkerCrashedException crash)
            {
                return (0, (WorkerCrashedException?)crash);
            }
        }));
        var failure = Assert.Single(results, r => r.Item2 is not null).Item2!;
        Assert.Equal(running[0].ProcessId, failure.ProcessId);
        Assert.Equal("SIGKILL", failure.Signal);
        Assert.Equal(19, results.Count(r => r.Item1 != 0));

        await executor.DisposeAsync();
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public async Task LastWords_AreKeptToTheirEnd()
    {
        await using var executor = Create(new() { MaxWorkers = 1 });
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () =>
        {
            Console.Error.WriteLine(new string('x', 100_000));
            Console.Error.WriteLine("the last wörds");
            Work.Die(Death.Kill);
        }).Soon());
        Assert.EndsWith("the last wörds", crash.StandardError, StringComparison.Ordinal);
        Assert.EndsWith("the last wörds", crash.Message, StringComparison.Ordinal);
        Assert.InRange(crash.StandardError.Length, 1000, 5000);
    }

    [Fact]
    public async Task AGrandchildThatHoldsTheStreams_HidesNothing()
    {
        using var meeting = new Rendezvous();
        await using var executor = Create(new() { MaxWorkers = 1 });
        var task = executor.Submit(static path =>
        {
            using var sleeper = Process.Start("sleep", "600");
            using var connection = Rendezvous.Announce(path);
            connection.Send(BitConverter.GetBytes(sleeper.Id));
            Work.Die(Death.Kill);
        }, meeting.Path);
        var arrival = await meeting.NextAsync();
        using var grandchild = Process.GetProcessById(await arrival.NumberAsync());
        try
        {
            await Assert.ThrowsAsync<WorkerCrashedException>(() => task.Soon());
            Assert.Equal(1, await executor.Submit(static () => 1).Soon());
            Assert.False(grandchild.HasExited);
        }
        finally
        {
            grandchild.Kill();
        }
    }

    [Fact]
    public async Task ACrashDuringAMap_FailsItsChunk_AndTheExecutorGoesOn()
    {
        await using var executor = Create(new() { MaxWorkers = 2 });
        await Assert.ThrowsAsync<WorkerCrashedException>(async () =>
        {
            await foreach (var _ in executor.Map(static x => x == 5 ? DieAndGive(Death.Kill) : x, Enumerable.Range(0, 10), new() { ChunkSize = 2 }))
                continue;
        });
        Assert.Equal(1, await executor.Submit(static () => 1).Soon());
    }

    private static int DieAndGive(Death death)
    {
        Work.Die(death);
        return 0;
    }

    /// <summary>Dies once the test says so, on a thread of its own; the work is over by then.</summary>
    private static int DieLater(string path, Death death)
    {
        var connection = Rendezvous.Announce(path);
        new Thread(() =>
        {
            _ = connection.Receive(new byte[1]);
            Work.Die(death);
        }).Start();
        return Environment.ProcessId;
    }
}

[Collection(WorkerProcesses.Name)]
public sealed class WorkerCrashTests : CrashTests
{
    private protected override ProcessExecutor Create(ProcessExecutorOptions options, WorkerCommand? command) => new(options, command ?? WorkerCommand.Current);
}

[Collection(WorkerProcesses.Name)]
public sealed class PortableWorkerCrashTests : CrashTests
{
    private protected override ProcessExecutor Create(ProcessExecutorOptions options, WorkerCommand? command) => new(options, (command ?? WorkerCommand.Current) with { IsPortable = true });
}
