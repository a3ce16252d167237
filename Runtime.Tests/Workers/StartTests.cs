using System.ComponentModel;
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

    // A frame is a length, a kind and a body; descriptor 3 is the channel, and 3 as a kind says "ready".
    [Theory]
    [InlineData("printf '\\377\\377\\377\\377\\003' >&3")]
    [InlineData("printf '\\377\\377\\377\\177\\003' >&3")]
    [InlineData("printf '\\000\\000\\000\\000\\143' >&3")]
    [InlineData("printf '\\010\\000\\000\\000\\00612345678' >&3")]
    [InlineData("printf '\\003\\000\\000\\000\\004abc' >&3")]
    [InlineData("head -c 100000 /dev/zero >&3")]
    [InlineData("printf 'abc' >&3; exec 3>&-")]
    [InlineData("exec 3>&-; while sleep 0.5; do echo x >&2; done")]
    public async Task AWorkerThatSendsNonsense_IsEnded_AndHarmsNobody(string script)
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 }, Shell($"{script}; exec sleep 600"));
        await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon());
    }

    [Fact]
    public async Task AWorkerThatAnswersWhatItWasNotAsked_FailsTheCall()
    {
        // Ready, then "began" for the first call, then a result for the ninth.
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 },
            Shell("printf '\\000\\000\\000\\000\\003\\010\\000\\000\\000\\005\\001\\000\\000\\000\\000\\000\\000\\000\\010\\000\\000\\000\\006\\011\\000\\000\\000\\000\\000\\000\\000' >&3; exec sleep 600"));
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () => 1).Soon());
        Assert.Contains("broke the protocol", crash.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AResultThatIsNoResult_FailsTheCall()
    {
        // Ready, "began", and a result of one byte where an int has four.
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 },
            Shell("printf '\\000\\000\\000\\000\\003\\010\\000\\000\\000\\005\\001\\000\\000\\000\\000\\000\\000\\000\\011\\000\\000\\000\\006\\001\\000\\000\\000\\000\\000\\000\\000x' >&3; exec sleep 600"));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.Submit(static () => 1).Soon());
        executor.Terminate();
    }

    private static WorkerCommand Shell(string script) => new("/bin/sh", ["-c", script]);

    private static void NoLicence()
    {
        StartCounter.Count();
        throw new InvalidOperationException("no licence");
    }
}
