using System.Text.Json;
using System.Text.Json.Serialization;
using Tandem.Runtime.Tests.Children;

namespace Tandem.Runtime.Tests.Sharing;

/// <summary>A primitive that was sent and never disposed keeps its memory while somebody may still open it, and no longer. Each test counts in a process of its own.</summary>
public sealed class ForgottenTests
{
    [Fact]
    public Task InArgumentsOfTasksCancelledBeforeTheyRan_IsCollected() => RunAsync(CancelMany);

    [Fact]
    public Task InArgumentsThatCouldNotBeWritten_IsCollected() => RunAsync(FailToWriteMany);

    [Fact]
    public Task InArgumentsOfTasksWhoseWorkersDiedBeforeTheyRead_IsCollected() => RunAsync(CrashMany);

    [Fact]
    public Task InArgumentsAndResultsOfTasksThatRan_IsCollected() => RunAsync(ReturnMany);

    [Fact]
    public Task InItemsThatNeverGotIntoAQueue_IsCollected() => RunAsync(FailToPutMany);

    [Fact]
    public async Task InAnItemThatIsStillInAQueue_IsKept()
    {
        using var queue = new ProcessQueue<ProcessQueue<int>>();
        await Blocking.Run(() =>
        {
            var inner = new ProcessQueue<int>();
            inner.Put(42);
            queue.Put(inner);
        });
        Forgetting.Collect();
        using var taken = queue.Take();
        Assert.Equal(42, taken.Take());
    }

    private static async Task RunAsync(Action<string[]> work)
    {
        using var child = ChildProcess.Start(work);
        await child.SucceedAsync();
    }

    private static void CancelMany(string[] arguments)
    {
        using var executor = new ProcessExecutor(1);
        using var entered = new ProcessQueue<int>();
        using var goOn = new ProcessQueue<int>();
        var busy = executor.Submit(static (entered, goOn) =>
        {
            entered.Put(0);
            goOn.Take();
        }, entered, goOn);
        entered.Take();
        Forgetting.LeavesNothing(count =>
        {
            using var cancellation = new CancellationTokenSource();
            var tasks = new Task[count];
            for (var i = 0; i < count; i++)
                tasks[i] = executor.Submit(static (gate, queue) => gate.Acquire().Dispose(), new ProcessLock(), new ProcessQueue<int>(), cancellation.Token);
            cancellation.Cancel();
            foreach (var task in tasks)
                Assert.ThrowsAny<OperationCanceledException>(() => task.GetAwaiter().GetResult());
        });
        goOn.Put(0);
        busy.Wait();
    }

    private static void FailToWriteMany(string[] arguments)
    {
        using var executor = new ProcessExecutor(1);
        var unwritable = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        Forgetting.LeavesNothing(count =>
        {
            for (var i = 0; i < count; i++)
                Assert.Throws<ArgumentException>(() => { _ = executor.Submit(static (gate, words) => gate.Acquire().Dispose(), new ProcessLock(), unwritable); });
        });
    }

    private static void CrashMany(string[] arguments)
    {
        using var executor = new ProcessExecutor(1);
        Forgetting.LeavesNothing(count =>
        {
            // Each takes a worker's start.
            for (var i = 0; i < count / 20; i++)
                Assert.Throws<WorkerCrashedException>(() => executor.Submit(static (deadly, gate) => gate.Acquire().Dispose(), new Deadly(), new ProcessLock()).GetAwaiter().GetResult());
        });
    }

    private static void ReturnMany(string[] arguments)
    {
        using var executor = new ProcessExecutor(1);
        Forgetting.LeavesNothing(count =>
        {
            for (var i = 0; i < count; i++)
                executor.Submit(static gate => new[] { new ProcessLock(), gate }, new ProcessLock()).GetAwaiter().GetResult();
            // The worker's own table, too.
            Assert.InRange(executor.Submit(static () => Forgetting.CountAfterCollection()).GetAwaiter().GetResult(), 0, 10);
        });
    }

    private static void FailToPutMany(string[] arguments)
    {
        using var full = new ProcessQueue<ProcessLock>(1);
        full.Put(new ProcessLock());
        using var unwritable = new ProcessQueue<(ProcessLock, Deadly)>();
        Forgetting.LeavesNothing(count =>
        {
            for (var i = 0; i < count; i++)
            {
                Assert.False(full.TryPut(new ProcessLock()));
                using var cancellation = new CancellationTokenSource();
                var putting = full.PutAsync(new ProcessLock(), cancellation.Token).AsTask();
                cancellation.Cancel();
                Assert.ThrowsAny<OperationCanceledException>(() => putting.GetAwaiter().GetResult());
                Assert.Throws<NotSupportedException>(() => unwritable.TryPut((new ProcessLock(), new Deadly { IsWritable = false })));
            }
        });
        Assert.NotNull(full.Take());
    }

    /// <summary>Kills the process that reads it.</summary>
    [JsonConverter(typeof(Converter))]
    internal sealed class Deadly
    {
        public bool IsWritable { get; init; } = true;

        private sealed class Converter : JsonConverter<Deadly>
        {
            public override Deadly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            {
                Environment.Exit(1);
                return new Deadly();
            }

            public override void Write(Utf8JsonWriter writer, Deadly value, JsonSerializerOptions options)
            {
                if (!value.IsWritable)
                    throw new NotSupportedException("This one is not to be written.");
                writer.WriteStringValue("deadly");
            }
        }
    }
}
