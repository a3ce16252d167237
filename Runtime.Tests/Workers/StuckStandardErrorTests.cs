using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>An application whose standard error nobody reads hears of results, cancellations and deaths all the same; and what its workers wrote is there when somebody reads it.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class StuckStandardErrorTests
{
    /// <summary>More than fits on the way: into the worker's pipe, what waits in the parent, the parent's pipe.</summary>
    private static readonly string Complaints = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i};"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HoldsUpNothing_AndLosesNothing(bool isPortable)
    {
        using var parent = ChildProcess.StartMute(HearAll, isPortable.ToString());
        Assert.Equal("heard all", await parent.ReadLineAsync());
        var errors = parent.ReadErrorsAsync();
        Assert.Equal("shut down", await parent.ReadLineAsync());
        await parent.SucceedAsync();

        var text = await errors.Soon();
        Assert.Contains("the last wörds", text, StringComparison.Ordinal);

        // The others may have broken in anywhere, with letters.
        Assert.Equal(Complaints, string.Concat(text.Where(c => char.IsAsciiDigit(c) || c == ';')));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DoesNotKeepTheApplicationFromEnding(bool isPortable)
    {
        using var parent = ChildProcess.StartMute(Leave, isPortable.ToString());
        Assert.Equal("leaving", await parent.ReadLineAsync());
        await parent.WaitForExitAsync();
        Assert.StartsWith("0;1;2;", await parent.ReadErrorsAsync().Soon(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatAnExecutorsWorkersWrote_ComesBeforeWhatFollowsItsEnd(bool isPortable)
    {
        using var parent = ChildProcess.StartMute(WriteAfterwards, isPortable.ToString());
        var errors = parent.ReadErrorsAsync();
        await parent.SucceedAsync();
        Assert.EndsWith($"{Complaints}\nafterwards\n", await errors.Soon(), StringComparison.Ordinal);
    }

    private static void HearAll(string[] arguments)
    {
        // An exception that ends a process is told on its standard error, where nobody would hear of it.
        try
        {
            HearAllOrThrow(arguments);
        }
        catch (Exception exception)
        {
            Program.Say(exception.ToString());
        }
    }

    private static void HearAllOrThrow(string[] arguments)
    {
        var executor = Create(arguments, 2);
        var complaining = executor.Submit(Complain);
        WaitUntilStuck();

        Assert.Equal(42, executor.Submit(static () => 42).Result);

        using (var meeting = new Rendezvous())
        using (var cancellation = new CancellationTokenSource())
        {
            var canceled = executor.Submit(
                static path =>
                {
                    using var connection = Rendezvous.Announce(path);
                    while (true)
                        Console.Error.WriteLine(new string('x', 1000));
                },
                meeting.Path,
                cancellation.Token);
            meeting.NextAsync().GetAwaiter().GetResult();
            cancellation.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => Result(canceled));
        }

        var crash = Assert.Throws<WorkerCrashedException>(() => Result(executor.Submit(static () =>
        {
            Console.Error.WriteLine(new string('y', 100_000));
            Console.Error.WriteLine("the last wörds");
            Work.Die(Death.Kill);
        })));
        Assert.EndsWith("the last wörds", crash.StandardError, StringComparison.Ordinal);

        var other = Create(arguments, 1);
        Assert.Equal(1, other.Submit(static () => 1).Result);
        other.ShutdownAsync().Soon().GetAwaiter().GetResult();
        Assert.False(complaining.IsCompleted);
        Program.Say("heard all");

        Result(complaining);
        executor.Dispose();
        Program.Say("shut down");
    }

    private static void Leave(string[] arguments)
    {
        Create(arguments, 1).Submit(Complain);
        WaitUntilStuck();
        Program.Say("leaving");
    }

    private static void WriteAfterwards(string[] arguments)
    {
        using (var executor = Create(arguments, 1))
            executor.Submit(Complain);
        Console.Error.WriteLine("afterwards");
    }

    private static ProcessExecutor Create(string[] arguments, int workers) =>
        new(new() { MaxWorkers = workers }, WorkerCommand.Current with { IsPortable = bool.Parse(arguments[0]) });

    private static void Complain()
    {
        foreach (var line in Complaints.Chunk(1000))
            Console.Error.Write(line);
        Console.Error.WriteLine();
    }

    private static void Result(Task task) => task.Soon().GetAwaiter().GetResult();

    private static unsafe void WaitUntilStuck()
    {
        var polled = new Libc.PollFd { Descriptor = 2, Events = Libc.POLLOUT };
        while (Libc.Poll(&polled, 1, 0) > 0)
            Thread.Yield();
    }
}
