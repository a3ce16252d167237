using System.ComponentModel;
using System.Diagnostics;
using Tandem.Platform;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>A worker that cannot start is told, with the command, the cause and the remedy, and not tried for ever.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class StartTests
{
    [Fact]
    public async Task AProgramThatIsNotThere_IsNamedWithItsCommand()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 2 }, new WorkerCommand("/nowhere/dotnet", ["exec", "Tandem.dll"]));
        var tasks = Enumerable.Range(0, 5).Select(_ => executor.Submit(static () => 1)).ToList();
        foreach (var task in tasks)
        {
            var thrown = await Assert.ThrowsAsync<WorkerStartException>(() => task.Soon());
            Assert.Contains("/nowhere/dotnet exec Tandem.dll", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("No such file", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("Check that", thrown.Message, StringComparison.Ordinal);
            Assert.IsType<Win32Exception>(thrown.InnerException);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AProgramWithoutAName_IsTold_AndEndsNothing(bool isPortable)
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, new WorkerCommand("", []) { IsPortable = isPortable });
        Assert.NotNull((await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon())).InnerException);
        await using var other = new ProcessExecutor(1);
        Assert.Equal(1, await other.Submit(static () => 1).Soon());
    }

    [Fact]
    public async Task AProgramThatEndsAtOnce_IsQuoted()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, Shell("echo You must install .NET >&2; exit 3"));
        var thrown = await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon());
        Assert.Contains("ended with exit code 3", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("You must install .NET", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInitializerThatThrows_IsQuoted_AndTriedThreeTimes()
    {
        using var starts = new StartCounter();
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Initializer = NoLicence });
        var thrown = await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon());
        Assert.Contains("StartTests.NoLicence", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("no licence", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(thrown.InnerException);
        Assert.Equal(3, starts.Starts);
    }

    [Fact]
    public void AnInitializerThatCaptures_IsRefused()
    {
        var captured = 1;
        var thrown = Assert.Throws<ArgumentException>(() => new ProcessExecutor(new ProcessExecutorOptions { Initializer = () => Work.Double(captured) }));
        Assert.Contains("'captured'", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void MaxTasksPerWorker_BelowOne_IsRefused(int tasks) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(new ProcessExecutorOptions { MaxTasksPerWorker = tasks }));

    [Fact]
    public void ANegativeGracePeriod_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(new ProcessExecutorOptions { CancellationGracePeriod = TimeSpan.FromSeconds(-5) }));

    // A frame is a length, a kind and a body; 3 as a kind says "ready".
    [Theory]
    [InlineData("frames '\\377\\377\\377\\377\\003'")]
    [InlineData("frames '\\377\\377\\377\\177\\003'")]
    [InlineData("frames '\\000\\000\\000\\000\\143'")]
    [InlineData("frames '\\010\\000\\000\\000\\00612345678'")]
    [InlineData("frames '\\003\\000\\000\\000\\004abc'")]
    [InlineData("frames 'abc'; exec 3>&-")]
    [InlineData("exec 3>&-; while sleep 0.5; do echo x >&2; done")]
    public async Task AWorkerThatSendsNonsense_IsEnded_AndHarmsNobody(string script)
    {
        foreach (var command in (WorkerCommand[])[Ring(script), Stream(script)])
        {
            await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, command);
            await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon());
        }
    }

    // How far the ring is written, in bytes since its beginning: more than it holds, less than was read, no number of bytes at all.
    [Theory]
    [InlineData("'\\001\\000\\001'")]
    [InlineData("'\\377\\377\\377\\377\\377\\377\\377\\377'")]
    [InlineData("'\\000\\000\\000\\000\\000\\000\\000\\200'")]
    public async Task AWorkerThatDamagesWhatItHasWritten_IsEnded_AndHarmsNobody(string written)
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, Ring($"put 128 {written}; printf x >&3"));
        await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon());
    }

    [Theory]
    [InlineData("'\\377\\377\\377\\177'")]
    [InlineData("'\\377\\377\\377\\377\\377\\377\\377\\377'")]
    public async Task AWorkerThatDamagesWhatItHasRead_FailsTheCall(string read)
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, Ring($"put 64 {read}; frames '{Ready}'"));
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () => 1).Soon());
        Assert.Contains("broke the protocol", crash.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWorkerThatClaimsCallsItWasNotGiven_FailsNoneOfThem()
    {
        // All claims are said to be begun, before and while there are any.
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 },
            Ring($"frames '{Ready}'; head -c 2048 /dev/zero | tr '\\000' '\\377' | dd of=/proc/self/fd/5 bs=2048 seek=512 oflag=seek_bytes conv=notrunc 2>/dev/null; exit 7"));
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () => 1).Soon());
        Assert.Equal(7, crash.ExitCode);
    }

    [Fact]
    public async Task AWorkerThatAnswersWhatItWasNotAsked_FailsTheCall()
    {
        // Ready, then "began" for the first call, then a result for the ninth.
        const string Frames = $"frames '{Ready}{Began}\\010\\000\\000\\000\\006\\011\\000\\000\\000\\000\\000\\000\\000'";
        foreach (var command in (WorkerCommand[])[Ring(Frames), Stream(Frames)])
        {
            await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, command);
            var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () => 1).Soon());
            Assert.Contains("broke the protocol", crash.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AResultThatIsNoResult_FailsTheCall()
    {
        // Ready, "began", and a result of one byte where an int has four.
        const string Frames = $"frames '{Ready}{Began}\\011\\000\\000\\000\\006\\001\\000\\000\\000\\000\\000\\000\\000x'";
        foreach (var command in (WorkerCommand[])[Ring(Frames), Stream(Frames)])
        {
            await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, command);
            await Assert.ThrowsAsync<InvalidDataException>(() => executor.Submit(static () => 1).Soon());
            executor.Terminate();
        }
    }

    // A result that lies elsewhere: the mark, a descriptor, a length. 0 is /dev/null, 3 the bell, 5 the worker's memory, 99 nothing at all.
    [Theory]
    [InlineData("\\000\\000\\000\\000\\010\\000\\000\\000\\000\\000\\000\\000")]
    [InlineData("\\003\\000\\000\\000\\010\\000\\000\\000\\000\\000\\000\\000")]
    [InlineData("\\005\\000\\000\\000\\010\\000\\000\\000\\000\\000\\000\\000")]
    [InlineData("\\143\\000\\000\\000\\010\\000\\000\\000\\000\\000\\000\\000")]
    [InlineData("\\005\\000\\000\\000\\377\\377\\377\\377\\377\\377\\377\\177")]
    [InlineData("\\377\\377\\377\\377\\010\\000\\000\\000\\000\\000\\000\\000")]
    public async Task AResultThatIsSaidToLieWhereNoneIs_FailsTheCall(string block)
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 },
            Ring($"frames '{Ready}\\025\\000\\000\\000\\006\\001\\000\\000\\000\\000\\000\\000\\000\\002{block}'"));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.Submit(static () => new byte[8]).Soon());
        executor.Terminate();
    }

    [Fact]
    public async Task AResultThatWentWithItsWorker_IsNoneAndNoDamage()
    {
        using var dead = Process.Start("/bin/true");
        await dead.WaitForExitAsync().Soon();
        var call = new ProcessCall<byte[]>(new Request(WorkReference.To(static () => new byte[8]), default, null, null), tokens: null, CancellationToken.None);

        // It lies elsewhere, at a descriptor that nobody has.
        byte[] response = [2, 0xFF, 0xFF, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];
        Assert.False(call.ReadResult(response, "a worker", dead.Id));
        Assert.False(call.Task.IsCompleted);

        Assert.True(call.ReadResult(response, "a worker", Environment.ProcessId));
        call.Complete();
        await Assert.ThrowsAsync<InvalidDataException>(() => call.Task);
    }

    private const string Ready = "\\000\\000\\000\\000\\003";

    private const string Began = "\\010\\000\\000\\000\\005\\001\\000\\000\\000\\000\\000\\000\\000";

    /// <summary>
    /// A worker with its frames in memory. It is descriptor 5: how far the worker has written is at 128.
    /// Descriptor 3 rings the bell.
    /// </summary>
    private static WorkerCommand Ring(string script) => Shell($$"""
        put() { printf "$2" | dd of=/proc/self/fd/5 bs=1 seek=$1 conv=notrunc 2>/dev/null; }
        frames() { put {{WorkerMemory.ResponsesStart}} "$1"; put 128 "\\$(printf %o "$(printf "$1" | wc -c)")"; printf x >&3; }
        {{script}}; exec sleep 600
        """);

    /// <summary>A worker with a stream of frames, which becomes descriptor 3; its own number is in the worker's arguments. (Not every shell knows numbers over 9.)</summary>
    private static WorkerCommand Stream(string script) => new("/bin/bash", ["-c", $$"""
        own=$(echo "$3" | cut -d, -f2); exec 3>&$own {own}>&-
        frames() { printf "$1" >&3; }
        {{script}}; exec sleep 600
        """]) { IsPortable = true };

    private static WorkerCommand Shell(string script) => new("/bin/sh", ["-c", script]);

    private static void NoLicence()
    {
        StartCounter.Count();
        throw new InvalidOperationException("no licence");
    }
}
