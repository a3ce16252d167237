using System.Runtime.InteropServices;
using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>An application in odd circumstances hears of its workers all the same, and nothing is left of those that it cannot start.</summary>
[Collection(WorkerProcesses.Name)]
public sealed partial class OddParentTests
{
    private const int RLIMIT_NOFILE = 7;

    private const int P_ALL = 0, WNOHANG = 1, WNOWAIT = 0x1000000;

    /// <summary>A start takes seven descriptors, and one more to watch the worker.</summary>
    private const int DescriptorsOfAStart = 8;

    /// <summary>Who ignores SIGCHLD has the kernel take its children away, and may never learn how they ended (waitpid(2)).</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IgnoringItsChildren_HearsOfCrashes(bool isPortable)
    {
        using var parent = ChildProcess.StartIgnoringChildren(IgnoreChildren, isPortable.ToString());
        Assert.Matches("^crash: Worker 'ProcessExecutor-worker-1' \\(pid \\d+\\) (was killed by SIGKILL|ended, how is not known)", await parent.ReadLineAsync());
        Assert.Equal("result: 1", await parent.ReadLineAsync());
        await parent.SucceedAsync();
    }

    [Fact]
    public async Task OutOfDescriptors_StartsNothing_AndLeavesNothing()
    {
        using var parent = ChildProcess.Start(RunOutOfDescriptors);
        for (var left = 0; left < DescriptorsOfAStart; left++)
            Assert.Equal($"with {left}: Too many open files; 0 more are open; no children", await parent.ReadLineAsync());
        Assert.Equal("result: 1", await parent.ReadLineAsync());
        await parent.SucceedAsync();
    }

    private static void IgnoreChildren(string[] arguments)
    {
        using var executor = new ProcessExecutor(new() { MaxWorkers = 1 }, WorkerCommand.Current with { IsPortable = bool.Parse(arguments[0]) });
        var crash = Assert.Throws<WorkerCrashedException>(() => executor.Submit(static () => Work.Die(Death.Kill)).Soon().GetAwaiter().GetResult());
        Program.Say($"crash: {crash.Message}");
        SayAResult(executor);
    }

    private static void RunOutOfDescriptors(string[] arguments)
    {
        // Once without a limit, so that all that a failure needs is loaded.
        Fail(new ProcessExecutor(new() { MaxWorkers = 1 }, new WorkerCommand("/nowhere/dotnet", [])));
        Assert.Equal(0, GetLimit(RLIMIT_NOFILE, out var limit));

        // The limit is one on numbers, so the gaps below the highest one are filled.
        var highest = Directory.GetFiles("/proc/self/fd").Max(f => int.Parse(Path.GetFileName(f)));
        int filler;
        do
        {
            Assert.InRange(filler = Duplicate(0), 0, int.MaxValue);
        }
        while (filler < highest);

        // The first round opens what such failures load.
        for (var left = 0; left < DescriptorsOfAStart; left++)
            FailWith(left, filler, limit);
        for (var left = 0; left < DescriptorsOfAStart; left++)
            Program.Say(FailWith(left, filler, limit));

        using var executor = new ProcessExecutor(1);
        SayAResult(executor);
    }

    private static string FailWith(int left, int highest, Limit limit)
    {
        // What garbage still holds is not to be closed in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = CountDescriptors();
        Assert.Equal(0, SetLimit(RLIMIT_NOFILE, limit with { Now = (nuint)(highest + 1 + left) }));
        var failure = Fail(new ProcessExecutor(new() { MaxWorkers = 1 }, WorkerCommand.Current with { IsPortable = false }));
        Assert.Equal(0, SetLimit(RLIMIT_NOFILE, limit));

        // What the framework itself has open for a moment, in the background, is no leak.
        SpinWait.SpinUntil(() => CountDescriptors() == before, Blocking.Patience);
        return $"with {left}: {failure.InnerException!.Message}; {CountDescriptors() - before} more are open; {(HasChildren() ? "some" : "no")} children";
    }

    private static WorkerStartException Fail(ProcessExecutor executor)
    {
        using (executor)
            return Assert.Throws<WorkerStartException>(() => executor.Submit(static () => 1).Soon().GetAwaiter().GetResult());
    }

    private static void SayAResult(ProcessExecutor executor) => Program.Say($"result: {executor.Submit(static () => 1).Soon().GetAwaiter().GetResult()}");

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Zombies included (waitid(2)).</summary>
    private static unsafe bool HasChildren()
    {
        var info = stackalloc int[32];
        return Libc.WaitId(P_ALL, 0, info, Libc.WEXITED | WNOHANG | WNOWAIT) == 0;
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private struct Limit
    {
        public nuint Now;
        public nuint Most;
    }
}
