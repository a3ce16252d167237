using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What is told to those who measure, by the names that the documentation gives.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class TelemetryTests
{
    [Fact]
    public async Task TheMeter_TellsOfTasksWorkersCrashesAndBytes()
    {
        var name = $"metered-{Guid.NewGuid():N}";
        var told = new ConcurrentQueue<(string Instrument, double Value, string? Outcome)>();
        using var listener = Listen(name, told);
        using var meeting = new Rendezvous();
        await using (var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Name = name }))
        {
            var held = executor.Submit(Rendezvous.Meet, meeting.Path);
            var arrival = await meeting.NextAsync();
            var waiting = executor.Submit(Work.Double, 2);
            listener.RecordObservableInstruments();
            Assert.Equal([1, 1, 1], [Last(told, "tandem.task.queue.length"), Last(told, "tandem.task.running"), Last(told, "tandem.worker.count")]);
            arrival.Release();
            await Task.WhenAll(held, waiting).Soon();
            await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(Work.Throw, "no luck").Soon());
            await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(Work.Die, Death.Kill).Soon());
            await executor.Submit(Work.Double, 2).Soon();
        }

        await UntilAsync(() => told.Count(t => t.Instrument == "tandem.task.duration") == 5);
        listener.RecordObservableInstruments();
        Assert.Equal([0, 0, 0], [Last(told, "tandem.task.queue.length"), Last(told, "tandem.task.running"), Last(told, "tandem.worker.count")]);
        Assert.Equal(["completed", "completed", "completed", "faulted", "faulted"], told.Where(t => t.Instrument == "tandem.task.duration").Select(t => t.Outcome).Order());
        Assert.All(told.Where(t => t.Instrument == "tandem.task.duration"), t => Assert.True(t.Value > 0));
        Assert.Equal(2, told.Count(t => t.Instrument == "tandem.worker.starts"));
        Assert.Equal(1, told.Count(t => t.Instrument == "tandem.worker.crashes"));
        Assert.Equal(5, told.Count(t => t is { Instrument: "tandem.process.io", Outcome: "sent", Value: > 0 }));
        Assert.InRange(told.Count(t => t is { Instrument: "tandem.process.io", Outcome: "received", Value: > 0 }), 4, int.MaxValue);
    }

    [Fact]
    public async Task TheActivitySource_TellsOfEachTask_AsAChildOfItsCallers()
    {
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Tandem",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var callers = new Activity("caller").Start();
        await using (var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Name = "traced" }))
        {
            await executor.Submit(Work.Double, 2).Soon();
            Assert.Same(callers, Activity.Current);
            await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Submit(Work.Throw, "no luck").Soon());
        }

        await UntilAsync(() => activities.Count(a => a.ParentId == callers.Id) == 2);
        Activity[] mine = [.. activities.Where(a => a.ParentId == callers.Id)];
        Assert.Equal(["Work.Double", "Work.Throw"], mine.Select(a => a.OperationName));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], mine.Select(a => a.Status));
        Assert.All(mine, a => Assert.Equal("traced", a.GetTagItem("tandem.executor")));
    }

    [Fact]
    public async Task ListenersThatThrow_ChangeNothing()
    {
        using var meterListener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Tandem")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meterListener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("No disk left for figures."));
        meterListener.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("No disk left for figures."));
        meterListener.Start();
        using var activityListener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Tandem",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = static _ => throw new InvalidOperationException("No disk left for traces."),
            ActivityStopped = static _ => throw new InvalidOperationException("No disk left for traces."),
        };
        ActivitySource.AddActivityListener(activityListener);
        await using var executor = new ProcessExecutor(1);
        var tasks = Enumerable.Range(0, 100).Select(i => executor.Submit(Work.Double, i)).ToList();
        Assert.Equal(Enumerable.Range(0, 100).Select(Work.Double), await Task.WhenAll(tasks).Soon());
        await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(Work.Die, Death.Kill).Soon());
        Assert.Equal(4, await executor.Submit(Work.Double, 2).Soon());
    }

    [Fact]
    public async Task AThreadExecutor_IsMeasuredToo()
    {
        var told = new ConcurrentQueue<(string Instrument, double Value, string? Outcome)>();
        using var listener = Listen(nameof(ThreadExecutor), told);
        await using (var executor = new ThreadExecutor(1))
            await executor.Submit(Work.Double, 2).Soon();
        await UntilAsync(() => told.Any(t => t is { Instrument: "tandem.task.duration", Outcome: "completed" }));
        Assert.Contains(told, t => t.Instrument == "tandem.worker.starts");
    }

    private static MeterListener Listen(string executor, ConcurrentQueue<(string, double, string?)> told)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Tandem")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray().ToDictionary(static t => t.Key, static t => (string?)t.Value);
            if (all.GetValueOrDefault("tandem.executor", executor) == executor)
                told.Enqueue((instrument.Name, value, all.GetValueOrDefault("outcome") ?? all.GetValueOrDefault("direction")));
        }
    }

    /// <summary>A task's end is told beside its awaiter, not before it.</summary>
    private static async Task UntilAsync(Func<bool> isSo) =>
        Assert.True(await Blocking.Run(() => SpinWait.SpinUntil(isSo, Blocking.Patience)));

    private static double Last(IEnumerable<(string Instrument, double Value, string?)> told, string instrument) => told.Last(t => t.Instrument == instrument).Value;
}
