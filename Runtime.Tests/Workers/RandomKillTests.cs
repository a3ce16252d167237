using System.Diagnostics;
using Tandem.Runtime.Tests.Executors;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Workers are killed at random while they are busy: every task ends exactly once, and only kills fail any.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class RandomKillTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    public async Task EveryTaskEndsOnce_AsItsResultOrAsACrash(int atOnce)
    {
        var random = Stress.Seeded(output);
        var kills = Stress.Rounds(usual: 20);
        await using var executor = new ProcessExecutor(2);
        var succeeded = 0;
        var crashed = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            var tasks = Enumerable.Range(0, atOnce).Select(i => executor.Submit(Work.Double, i)).ToList();

            // At a random point of the batch, when that task has ended.
            var moment = tasks[random.Next(tasks.Count)];
            await Task.WhenAny(moment).Soon();
            var workers = WorkerProcesses.ChildrenOf(Environment.ProcessId);
            // The list of children can miss some while others come and go (proc_pid_children(5)); then this round kills nobody.
            if (workers.Count > 0)
                Kill(workers[random.Next(workers.Count)]);

            for (var i = 0; i < tasks.Count; i++)
            {
                try
                {
                    Assert.Equal(2 * i, await tasks[i].Soon());
                    succeeded++;
                }
                catch (WorkerCrashedException crash)
                {
                    Assert.Equal("SIGKILL", crash.Signal);
                    crashed++;
                }
            }
        }

        output.WriteLine($"{succeeded} succeeded, {crashed} crashed");
        Assert.Equal(atOnce * kills, succeeded + crashed);
        Assert.InRange(crashed, 0, kills);
    }

    private static void Kill(int worker)
    {
        try
        {
            using var process = Process.GetProcessById(worker);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Let go or dead already.
        }
    }
}
