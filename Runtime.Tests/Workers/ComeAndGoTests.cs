using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>
/// Executors that are made, used and disposed one after the other leave nothing in their application: no descriptor, no thread, no memory.
/// TANDEM_STRESS_ROUNDS is their number; 1000 is the long form.
/// </summary>
[Collection(WorkerProcesses.Name)]
public sealed class ComeAndGoTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ManyExecutors_InSequence_LeaveNothing()
    {
        // In a process of its own, in which nothing else comes and goes.
        using var application = ChildProcess.Start(UseMany, $"{Stress.Rounds(usual: 50)}");
        var early = await application.ReadLineAsync();
        output.WriteLine($"before: {early}");
        var late = await application.ReadLineAsync();
        output.WriteLine($"after: {late}");
        await application.SucceedAsync();

        var (before, after) = (Array.ConvertAll(early.Split(' '), long.Parse), Array.ConvertAll(late.Split(' '), long.Parse));

        // A thread that just ends, or a file that the framework has open for a moment, is no growth.
        Assert.InRange(after[0], 0, before[0] + 3);
        Assert.InRange(after[1], 0, before[1] + 3);
        Assert.InRange(after[2], 0, before[2] + (256 << 10));
    }

    private static void UseMany(string[] arguments)
    {
        // What is made once, and what grows until it is large enough for all: pools, caches, compiled code.
        for (var i = 0; i < 20; i++)
            Use();
        Program.Say(Holdings());
        for (var i = int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture); i > 0; i--)
            Use();
        Program.Say(Holdings());
    }

    private static void Use()
    {
        using var executor = new ProcessExecutor(1);
        Assert.Equal(42, executor.Submit(Work.Double, 21).GetAwaiter().GetResult());
    }

    /// <summary>Descriptors, threads, bytes on the heap.</summary>
    private static string Holdings()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return $"{Directory.GetFiles("/proc/self/fd").Length} {Directory.GetDirectories("/proc/self/task").Length} {GC.GetTotalMemory(forceFullCollection: true)}";
    }
}
