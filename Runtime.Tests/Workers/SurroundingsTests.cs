using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>In what surroundings a worker finds itself, over either link.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class SurroundingsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EnvironmentVariables_AreAdded_Replaced_AndTakenAway(bool isPortable)
    {
        Environment.SetEnvironmentVariable("TANDEM_TEST_KEPT", "kept");
        Environment.SetEnvironmentVariable("TANDEM_TEST_REPLACED", "before");
        Environment.SetEnvironmentVariable("TANDEM_TEST_REMOVED", "before");
        try
        {
            var options = new ProcessExecutorOptions
            {
                MaxWorkers = 1,
                EnvironmentVariables = { ["TANDEM_TEST_ADDED"] = "a=b c", ["TANDEM_TEST_REPLACED"] = "after", ["TANDEM_TEST_REMOVED"] = null, ["DOTNET_GCHeapHardLimit"] = "0x10000000" },
            };
            await using var executor = Create(options, isPortable);
            options.EnvironmentVariables["TANDEM_TEST_ADDED"] = "too late";
            Assert.Equal("kept, a=b c, after, ", await executor.Submit(static () => string.Join(", ", ((string[])["KEPT", "ADDED", "REPLACED", "REMOVED"]).Select(n => Environment.GetEnvironmentVariable($"TANDEM_TEST_{n}")))).Soon());
            Assert.Equal(0x10000000, await executor.Submit(static () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes).Soon());
        }
        finally
        {
            foreach (var name in (string[])["KEPT", "REPLACED", "REMOVED"])
                Environment.SetEnvironmentVariable($"TANDEM_TEST_{name}", null);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WorkingDirectory_IsWhereTheWorkerStarts(bool isPortable)
    {
        await using var executor = Create(new() { MaxWorkers = 1, WorkingDirectory = "/proc/../usr" }, isPortable);
        Assert.Equal("/usr", await executor.Submit(static () => Environment.CurrentDirectory).Soon());
        Assert.Equal(4, await executor.Submit(Work.Double, 2).Soon());
    }

    [Fact]
    public async Task AWorkingDirectoryThatIsGone_IsToldWithTheStart()
    {
        var folder = Directory.CreateTempSubdirectory("tandem-");
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, WorkingDirectory = folder.FullName });
        folder.Delete();
        Assert.Contains($"in '{folder.FullName}', its WorkingDirectory, which is not there any more", (await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ps_ShowsTheNameOfAWorker(bool isPortable)
    {
        await using var executor = Create(new() { MaxWorkers = 1, Name = "thumbnails" }, isPortable);
        var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
        Assert.Equal("thumbn~worker-1\n", File.ReadAllText($"/proc/{worker}/comm"));
        var commandLine = File.ReadAllText($"/proc/{worker}/cmdline").Split('\0');
        Assert.Contains("thumbnails-worker-1", commandLine);
        if (!isPortable && !WorkerCommand.Current.IsPortable)
            Assert.Equal("thumbnails-worker-1", commandLine[0]);
    }

    [Fact]
    public async Task AWorkerMayHaveWorkers_ButNotWithoutEnd()
    {
        await using var executor = new ProcessExecutor(1);
        Assert.Equal(3, await executor.Submit(Nest, 3).Soon());
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(Nest, 4).Soon());
        Assert.Contains("4 levels below the application", thrown.Message, StringComparison.Ordinal);
        thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(NestProcesses, 4).Soon());
        Assert.Contains("4 levels below the application", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImpossibleOptions_AreRefused()
    {
        Refuse<ArgumentException>(new() { Name = "" });
        Refuse<ArgumentException>(new() { EnvironmentVariables = { ["A=B"] = "c" } });
        Refuse<ArgumentException>(new() { EnvironmentVariables = { [""] = "c" } });
        Refuse<ArgumentException>(new() { EnvironmentVariables = { ["A"] = "b\0c" } });
        Refuse<DirectoryNotFoundException>(new() { WorkingDirectory = "/nowhere" });
        Assert.Throws<DirectoryNotFoundException>(() => WorkerProcess.Start(static () => { }, new() { WorkingDirectory = "/nowhere" }));
    }

    private static ProcessExecutor Create(ProcessExecutorOptions options, bool isPortable) =>
        new(options, WorkerCommand.Current with { IsPortable = isPortable || WorkerCommand.Current.IsPortable });

    private static void Refuse<TException>(ProcessExecutorOptions options)
        where TException : Exception =>
        Assert.Throws<TException>(() => new ProcessExecutor(options));

    private static async Task<int> Nest(int depth)
    {
        if (depth == 0)
            return 0;
        await using var executor = new ProcessExecutor(1);
        return 1 + await executor.Submit(Nest, depth - 1);
    }

    private static int NestProcesses(int depth)
    {
        if (depth == 0)
            return 0;
        using var process = WorkerProcess.Start(NestProcesses, depth - 1);
        return 1 + process.Result;
    }
}
