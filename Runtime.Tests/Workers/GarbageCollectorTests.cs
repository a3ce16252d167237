using System.Runtime;
using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What the options say of the garbage collector, the runtime of a worker does.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class GarbageCollectorTests
{
    [Fact]
    public async Task TheSettings_AreThoseOfTheWorker()
    {
        await using var server = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, GarbageCollector = { ServerGC = true, ConcurrentGC = false, ConserveMemory = 9 } });
        Assert.Equal((true, GCLatencyMode.Batch, "9"), await server.Submit(Describe).Soon());
        await using var workstation = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, GarbageCollector = { ServerGC = false, ConcurrentGC = true }, EnvironmentVariables = { ["DOTNET_gcConcurrent"] = "0" } });
        Assert.Equal((false, GCLatencyMode.Interactive), await workstation.Submit(static () => (GCSettings.IsServerGC, GCSettings.LatencyMode)).Soon());
    }

    [Fact]
    public async Task TheHeapHardLimit_BoundsWhatATaskAllocates_AndTheWorkerLivesOn()
    {
        const int Limit = 200 << 20;
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, GarbageCollector = { HeapHardLimit = Limit } });
        var worker = await executor.Submit(static () => Environment.ProcessId).Soon();
        Assert.Equal(Limit, await executor.Submit(static () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes).Soon());
        await Assert.ThrowsAsync<OutOfMemoryException>(() => executor.Submit(static () => new byte[Limit].Length).Soon());
        Assert.Equal(worker, await executor.Submit(static () => Environment.ProcessId).Soon());
    }

    [Fact]
    public void NumbersOutOfTheirRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(new ProcessExecutorOptions { GarbageCollector = { HeapHardLimit = 0 } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(new ProcessExecutorOptions { GarbageCollector = { ConserveMemory = 10 } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => { WorkerProcess.Start(static () => { }, new() { GarbageCollector = { ConserveMemory = -1 } }); });
    }

    private static (bool IsServer, GCLatencyMode Mode, string? Conserves) Describe() =>
        (GCSettings.IsServerGC, GCSettings.LatencyMode, GC.GetConfigurationVariables().GetValueOrDefault("GCConserveMem")?.ToString());
}
