using System.Diagnostics;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Work in a worker finds itself part of the activity that its caller was in, over whatever link.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class TraceContextTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_IsPartOfItsCallersActivity(bool isPortable)
    {
        await using var executor = new ProcessExecutor(new() { MaxWorkers = 1 }, WorkerCommand.Current with { IsPortable = isPortable || WorkerCommand.Current.IsPortable });
        Assert.Equal("none", await executor.Submit(Describe).Soon());
        using (var caller = new Activity("caller") { TraceStateString = "vendor=1", ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start())
        {
            var tasks = Enumerable.Range(0, 100).Select(_ => executor.Submit(Describe)).ToList();
            Assert.All(await Task.WhenAll(tasks).Soon(), said => Assert.Equal($"TraceContextTests.Describe {caller.Id} vendor=1 Recorded", said));
            Assert.Equal([$"TraceContextTests.<Describe> {caller.Id}"], await CollectAsync(executor.Map(static _ => $"TraceContextTests.<Describe> {Activity.Current?.ParentId}", [1])));
            using var process = WorkerProcess.Start(Describe);
            Assert.Contains(caller.Id!, await process.Completion.Soon(), StringComparison.Ordinal);
        }

        Assert.Equal("none", await executor.Submit(Describe).Soon());
    }

    [Fact]
    public async Task WhereTheSourceIsListenedTo_WorkIsPartOfItsTasksActivity_AndWhoListensInTheWorkerSeesIt()
    {
        var tasks = new List<string?>();
        using var listener = Listen(activity =>
        {
            lock (tasks)
                tasks.Add(activity.Id);
        });
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Initializer = static () => Listen(static activity => Environment.SetEnvironmentVariable("HEARD", activity.OperationName)) });
        var parent = (await executor.Submit(Describe).Soon()).Split(' ')[1];
        lock (tasks)
            Assert.Contains(parent, tasks);
        Assert.True(await executor.Submit(static () => Environment.GetEnvironmentVariable("HEARD") == Activity.Current!.OperationName).Soon());
    }

    [Fact]
    public async Task AnActivityWithoutSuchAnId_StaysAtHome()
    {
        await using var executor = new ProcessExecutor(1);
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.Hierarchical).Start();
        Assert.Equal("none", await executor.Submit(Describe).Soon());
    }

    private static string Describe() =>
        Activity.Current is { } own ? $"{own.OperationName} {own.ParentId} {own.TraceStateString} {own.ActivityTraceFlags}" : "none";

    private static ActivityListener Listen(Action<Activity> started)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Tandem",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = started,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static async Task<List<T>> CollectAsync<T>(IAsyncEnumerable<T> results)
    {
        var list = new List<T>();
        await foreach (var result in results)
            list.Add(result);
        return list;
    }
}
