using System.Diagnostics;
using Tandem.Platform;
using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Arguments and results that are too large for the channel lie in memory of their own, which is gone when nobody needs it any more.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class LargeBlockTests
{
    [Theory]
    [InlineData(LargeBlock.Threshold - 1)]
    [InlineData(LargeBlock.Threshold)]
    [InlineData(LargeBlock.Threshold + 1)]
    [InlineData(20_000_000)]
    public async Task ArraysAndStrings_ComeOutAsTheyWentIn(int bytes)
    {
        await using var executor = new ProcessExecutor(1);
        var array = new byte[bytes];
        new Random(bytes).NextBytes(array);
        var numbers = Enumerable.Range(0, bytes / sizeof(int)).ToArray();
        var text = string.Create(bytes / sizeof(char), 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = (char)i;
        });
        Assert.Equal(array, await executor.Submit(static a => a, array).Soon());
        Assert.Equal(numbers, await executor.Submit(static a => a, numbers).Soon());
        Assert.Equal(text, await executor.Submit(static t => t, text).Soon());
        Assert.Equal(3 * numbers.Length, await executor.Submit(static (a, b, c) => a.Length + b.Length + c.Length, numbers, numbers, numbers).Soon());
    }

    [Fact]
    public async Task AfterTheCall_NeitherSideHasTheMemory()
    {
        await using var executor = new ProcessExecutor(1);
        for (var i = 0; i < 3; i++)
        {
            await executor.Submit(static a => a, new byte[1_000_000]).Soon();
            await AllFreedAsync(executor);

            // The worker hears with a later call that its result was read.
            for (var calls = 0; await executor.Submit(CountBlocks).Soon() > 0; calls++)
                Assert.True(calls < 100);
        }
    }

    [Fact]
    public async Task AWorkerThatIsKilledWithThem_LeavesNone_AndWhatItHadNotBegunStillHasThem()
    {
        await using var executor = new ProcessExecutor(1);
        for (var i = 0; i < 5; i++)
        {
            var fatal = executor.Submit(static a =>
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite); // the signal is under way
                return a;
            }, new byte[1_000_000]);
            var next = executor.Submit(static a => a.Length, new byte[2_000_000]);
            await Assert.ThrowsAsync<WorkerCrashedException>(() => fatal.Soon());
            Assert.Equal(2_000_000, await next.Soon());
            await AllFreedAsync(executor);
        }
    }

    [Fact]
    public async Task ACanceledCall_LetsGoOfThem()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = new ProcessExecutor(1);
        var running = executor.Submit(static (path, a) => Rendezvous.Meet(path), meeting.Path, new byte[1_000_000], cancellation.Token);
        var waiting = executor.Submit(static a => a, new byte[1_000_000], cancellation.Token);
        await meeting.NextAsync();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon());
        await AllFreedAsync(executor);
    }

    /// <summary>A call's memory is freed right after its result is told; a few calls later it is gone.</summary>
    private static async Task AllFreedAsync(ProcessExecutor executor)
    {
        for (var calls = 0; CountBlocks() > 0; calls++)
        {
            Assert.True(calls < 100);
            await executor.Submit(static () => 1).Soon();
        }
    }

    private static int CountBlocks() =>
        Directory.EnumerateFiles("/proc/self/fd").Count(static path => TargetOf(path)?.StartsWith("/memfd:tandem-block", StringComparison.Ordinal) == true);

    /// <summary>What a descriptor stands for; null where it was closed in the meantime, by another thread or with the listing itself.</summary>
    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
