using System.Diagnostics;

namespace Tandem.Runtime.Tests.Sharing;

/// <summary>The primitives as a user passes them: arguments and results of work on real workers.</summary>
public sealed class PassingTests
{
    [Fact]
    public async Task Lock_AndQueue_PassedToWorkers_AreTheSameThere()
    {
        using var executor = new ProcessExecutor(2);
        using var gate = new ProcessLock();
        using var numbers = new ProcessQueue<int>();
        using var results = new ProcessQueue<string>();
        var workers = Enumerable.Range(0, 2).Select(_ => executor.Submit(SquareAll, gate, numbers, results)).ToArray();
        for (var i = 0; i < 100; i++)
            numbers.Put(i);
        numbers.Complete();
        await Task.WhenAll(workers).Soon();
        results.Complete();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i * i}").Order(), results.TakeAllAsync().ToBlockingEnumerable().Order());
    }

    [Fact]
    public async Task SemaphoreEventConditionAndBarrier_DeepInAnArgument_AreTheSameThere()
    {
        using var executor = new ProcessExecutor(2);
        using var gate = new ProcessLock();
        var meeting = new Meeting(new ProcessSemaphore(1), new ProcessEvent(), new ProcessCondition(gate), new ProcessBarrier(2));
        using var ids = new ProcessQueue<int>();
        var workers = Enumerable.Range(0, 2).Select(_ => executor.Submit(Meet, (Meeting[])[meeting], ids)).ToArray();
        using (var held = gate.Acquire())
        {
            while (ids.Count < 2)
                await meeting.Change.WaitAsync();
        }

        meeting.Begin.Set();
        Assert.Equal(2, (await Task.WhenAll(workers).Soon()).Distinct().Count());
        Assert.Equal(1, meeting.Together.CurrentPhaseNumber);
        Assert.Equal(1, meeting.One.CurrentCount);
    }

    [Fact]
    public async Task Primitive_DeepInAnArgument_Arrives()
    {
        using var executor = new ProcessExecutor(1);
        using var gate = new ProcessLock();
        var job = new Job("deep", [new Part(gate)]);
        using var held = gate.Acquire();
        Assert.False(await executor.Submit(static job => job.Parts[0].Gate.TryAcquire(TimeSpan.Zero, out var _), job).Soon());
    }

    [Fact]
    public async Task Result_OfAWorkerThatEndsAfterIt_IsOurs_AndGoesOnToAnother()
    {
        using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, MaxTasksPerWorker = 1 });
        using var queue = await executor.Submit(MakeQueue).Soon();
        await executor.Submit(static queue => queue.Put("from another worker"), queue).Soon();
        Assert.Equal("from its maker", queue.Take());
        Assert.Equal("from another worker", queue.Take());
    }

    [Fact]
    public async Task WorkerKilledWhileItHoldsTheLock_FailsItsTaskOnly_AndTheNextOwnerIsTold()
    {
        using var executor = new ProcessExecutor(1);
        using var gate = new ProcessLock();
        using var ids = new ProcessQueue<int>();
        var work = executor.Submit(HoldForEver, gate, ids);
        var id = ids.Take();
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out _));
        using (var worker = Process.GetProcessById(id))
            worker.Kill();
        await Assert.ThrowsAsync<WorkerCrashedException>(() => work.Soon());
        using var scope = gate.Acquire();
        Assert.True(scope.WasAbandoned);
    }

    [Fact]
    public async Task Disposed_AsAnArgument_ThrowsAtOnce_AndNamesItself()
    {
        using var executor = new ProcessExecutor(1);
        var gate = new ProcessLock();
        gate.Dispose();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => executor.Submit(static gate => gate.Release(), gate).Soon());
        Assert.Contains("ProcessLock was disposed", error.Message, StringComparison.Ordinal);
    }

    private static int Meet(Meeting[] meetings, ProcessQueue<int> ids)
    {
        var meeting = meetings[0];
        using (meeting.Change.Lock.Acquire())
        {
            ids.Put(Environment.ProcessId);
            meeting.Change.Pulse();
        }

        meeting.Begin.Wait();
        meeting.Together.SignalAndWait();
        using (meeting.One.Acquire())
            return Environment.ProcessId;
    }

    private static void SquareAll(ProcessLock gate, ProcessQueue<int> numbers, ProcessQueue<string> results)
    {
        while (numbers.TryTake(out var number, Timeout.InfiniteTimeSpan))
        {
            using (gate.Acquire())
                results.Put($"{number * number}");
        }
    }

    private static ProcessQueue<string> MakeQueue()
    {
        var queue = new ProcessQueue<string>();
        queue.Put("from its maker");
        return queue;
    }

    private static void HoldForEver(ProcessLock gate, ProcessQueue<int> ids)
    {
        using var scope = gate.Acquire();
        ids.Put(Environment.ProcessId);
        Thread.Sleep(Timeout.Infinite);
    }

    private sealed record Job(string Name, Part[] Parts);

    private sealed record Meeting(ProcessSemaphore One, ProcessEvent Begin, ProcessCondition Change, ProcessBarrier Together);

    private sealed record Part(ProcessLock Gate);
}
