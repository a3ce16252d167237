using System.Globalization;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>A worker that has become idle gives back what its collector keeps for tasks to come.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class IdleMemoryTests
{
    private const int Garbage = 32 << 20;

    [Fact]
    public async Task AfterItsTasks_AnIdleWorkerHoldsLittle_AndWorksOn()
    {
        // A portable worker cannot wait for a while only.
        await using var executor = new ProcessExecutor(new() { MaxWorkers = 1 }, WorkerCommand.Current with { IsPortable = false });
        var worker = await executor.Submit(static () =>
        {
            // In use until just now, so no collection has come by.
            GC.TryStartNoGCRegion(2 * Garbage);
            for (var i = 0; i < Garbage / 1024; i++)
                GC.KeepAlive(new byte[1000]);
            GC.EndNoGCRegion();
            return Environment.ProcessId;
        }).Soon();
        var before = AnonymousBytes(worker);
        Assert.True(await Blocking.Run(() => SpinWait.SpinUntil(() => AnonymousBytes(worker) < before - (Garbage / 2), Blocking.Patience)));
        Assert.Equal(worker, await executor.Submit(static () => Environment.ProcessId).Soon());
    }

    /// <summary>What no file backs, in memory now (proc_pid_status(5)).</summary>
    private static long AnonymousBytes(int processId) =>
        long.Parse(File.ReadLines($"/proc/{processId}/status").Single(static l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
