using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>
/// Every way to die × every moment × one, two and eight workers: one task fails, with the right exception; all others end with their results;
/// the executor goes on. In each case the deaths come all at once, among other work.
/// </summary>
[Collection(WorkerProcesses.Name)]
public sealed class CrashMatrixTests
{
    private const int HeapLimit = 128 << 20;

    private static readonly Death[] s_deaths = Enum.GetValues<Death>();

    /// <summary>Those that end a process by themselves, if nobody catches what they throw.</summary>
    private static readonly Death[] s_ends = [.. s_deaths.Where(static d => d != Death.Deadlock)];

    public static TheoryData<Moment, int> MomentsAndWorkers
    {
        get
        {
            var cases = new TheoryData<Moment, int>();
            foreach (var moment in Enum.GetValues<Moment>())
            {
                foreach (var workers in (int[])[1, 2, 8])
                    cases.Add(moment, workers);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(MomentsAndWorkers))]
    public async Task InATask_FailsThatTaskOnly(Moment moment, int workers)
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = workers, GarbageCollector = { HeapHardLimit = HeapLimit } });
        var others = new List<Task<int>>();
        var deaths = new List<(Death Death, Task Task)>();
        foreach (var death in s_deaths)
        {
            for (var i = 0; i < 5; i++)
                others.Add(executor.Submit(Work.Double, others.Count));
            deaths.Add((death, executor.Submit(DeadlyValue.Run, new DeadlyValue(moment, death, meeting.Path), death == Death.Deadlock ? cancellation.Token : default)));
        }

        // The deadlock is one by now, and is ended.
        var stuck = await meeting.NextAsync();
        await cancellation.CancelAsync();
        await stuck.GoneAsync();

        foreach (var (death, task) in deaths)
            await AssertFailedAsync(task, death, moment);
        for (var i = 0; i < others.Count; i++)
            Assert.Equal(2 * i, await others[i].Soon());
        await AssertGoesOnAsync(executor, workers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task WhileAWorkerStarts_FailsNothing(int workers)
    {
        foreach (var death in s_ends)
        {
            using var starts = new StartCounter(death);
            await using var executor = new ProcessExecutor(new ProcessExecutorOptions
            {
                MaxWorkers = workers,
                Initializer = static () => StartCounter.DieForTheFirst(1),
                GarbageCollector = { HeapHardLimit = HeapLimit },
            });
            var tasks = Enumerable.Range(0, 2 * workers).Select(i => executor.Submit(Work.Double, i)).ToList();
            for (var i = 0; i < tasks.Count; i++)
                Assert.Equal(2 * i, await tasks[i].Soon());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task WhileAllWorkersAreIdle_FailsNothing(int workers)
    {
        using var meeting = new Rendezvous();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = workers, GarbageCollector = { HeapHardLimit = HeapLimit } });
        foreach (var deaths in s_ends.Chunk(workers))
        {
            // Each in a worker of its own, since each holds its worker until all have come.
            var tasks = deaths.Select(death => executor.Submit(MeetAndDieLater, meeting.Path, death)).ToList();
            var arrivals = await meeting.NextAsync(deaths.Length);
            Array.ForEach(arrivals, static a => a.Release());
            Assert.Equal(deaths.Length, (await Task.WhenAll(tasks).Soon()).Distinct().Count());
            Array.ForEach(arrivals, static a => a.Release());
            foreach (var arrival in arrivals)
                await arrival.GoneAsync();
            await AssertGoesOnAsync(executor, workers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task WhileShuttingDown_EndsTheShutdownAllTheSame(int workers)
    {
        // All at once: who does not end by himself is given some seconds to leave.
        await Task.WhenAll(s_deaths.Chunk(workers).Select(EndAsync));
        Assert.Empty(WorkerProcesses.ChildrenOf(Environment.ProcessId));

        async Task EndAsync(Death[] deaths)
        {
            using var meeting = new Rendezvous();
            var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = workers, GarbageCollector = { HeapHardLimit = HeapLimit } });
            var tasks = deaths.Select(death => executor.Submit(MeetAndDieAtTheEnd, meeting.Path, death)).ToList();
            foreach (var arrival in await meeting.NextAsync(deaths.Length))
                arrival.Release();
            await executor.ShutdownAsync().Soon();
            Assert.All(tasks, static task => Assert.True(task.IsCompletedSuccessfully));
        }
    }

    private static async Task AssertFailedAsync(Task task, Death death, Moment moment)
    {
        switch (death)
        {
            case Death.Deadlock:
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
                break;
            case Death.OutOfMemory when moment == Moment.ReadingArguments:
                Assert.IsType<OutOfMemoryException>((await Assert.ThrowsAsync<InvalidDataException>(() => task.Soon())).InnerException);
                break;
            case Death.OutOfMemory:
                await Assert.ThrowsAsync<OutOfMemoryException>(() => task.Soon());
                break;
            default:
                var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => task.Soon());
                Assert.Equal((SignalOf(death), "DeadlyValue.Run"), (crash.Signal, crash.Work));
                Assert.Equal(death == Death.Exit ? 0 : null, crash.ExitCode);
                break;
        }
    }

    private static string? SignalOf(Death death) => death switch
    {
        Death.Kill => "SIGKILL",
        Death.SegmentationFault => "SIGSEGV",
        Death.Exit => null,
        _ => "SIGABRT",
    };

    private static async Task AssertGoesOnAsync(ProcessExecutor executor, int workers)
    {
        var tasks = Enumerable.Range(0, 2 * workers).Select(i => executor.Submit(Work.Double, i)).ToList();
        Assert.Equal(Enumerable.Range(0, 2 * workers).Select(Work.Double), await Task.WhenAll(tasks).Soon());
    }

    /// <summary>Holds its worker until it is let go, and dies when it is told so a second time, on a thread of its own.</summary>
    private static int MeetAndDieLater(string path, Death death)
    {
        var connection = Rendezvous.Announce(path);
        _ = connection.Receive(new byte[1]);
        new Thread(() =>
        {
            _ = connection.Receive(new byte[1]);
            Work.Die(death);
        }).Start();
        return Environment.ProcessId;
    }

    private static void MeetAndDieAtTheEnd(string path, Death death)
    {
        Rendezvous.Meet(path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Work.Die(death);
    }
}
