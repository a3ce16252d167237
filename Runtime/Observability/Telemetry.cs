using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Tandem.Executors;

namespace Tandem.Observability;

/// <summary>
/// What Tandem tells those who measure: a <see cref="Meter"/> and an <see cref="ActivitySource"/>, both named Tandem. Nothing is counted, timed
/// or kept while nobody listens.
/// </summary>
internal static class Telemetry
{
    private const string Name = "Tandem";
    private const string ExecutorTag = "tandem.executor";

    /// <summary>The executors of this process, weakly: to be counted is no reason to live.</summary>
    private static readonly ConditionalWeakTable<WorkerPool, object> s_pools = [];

    private static readonly Meter s_meter = new(Name, typeof(Telemetry).Assembly.GetName().Version?.ToString(3));

    private static readonly Histogram<double> s_taskDuration = s_meter.CreateHistogram<double>("tandem.task.duration", "s", "From the submission of a task to its end.");
    private static readonly Counter<long> s_workerStarts = s_meter.CreateCounter<long>("tandem.worker.starts", "{worker}", "Workers that became ready for work.");
    private static readonly Counter<long> s_workerCrashes = s_meter.CreateCounter<long>("tandem.worker.crashes", "{worker}", "Worker processes that ended without having been told to.");
    private static readonly Counter<long> s_bytes = s_meter.CreateCounter<long>("tandem.process.io", "By", "Arguments and results, as bytes, on their way to worker processes and from there.");

    static Telemetry()
    {
        s_meter.CreateObservableUpDownCounter("tandem.task.queue.length", () => Sum(static c => c.Waiting), "{task}", "Tasks that wait for a worker.");
        s_meter.CreateObservableUpDownCounter("tandem.task.running", () => Sum(static c => c.HandedOver), "{task}", "Tasks in the hands of workers: those that run, and short ones handed over ahead.");
        s_meter.CreateObservableUpDownCounter("tandem.worker.count", () => Sum(static c => c.Workers), "{worker}", "Workers, those that still start included.");
    }

    public static ActivitySource Activities { get; } = new(Name, s_meter.Version ?? "");

    /// <summary>Whether anybody wants to know of each task.</summary>
    public static bool WatchesTasks => s_taskDuration.Enabled || Activities.HasListeners();

    public static void Add(WorkerPool pool) => s_pools.Add(pool, pool.Label);

    public static void TaskEnded(string executor, TimeSpan duration, TaskStatus status)
    {
        if (s_taskDuration.Enabled)
            Tell(() => s_taskDuration.Record(duration.TotalSeconds, new(ExecutorTag, executor), new("outcome", Outcome(status))));
    }

    public static void WorkerStarted(string executor) => Add(s_workerStarts, 1, ExecutorTag, executor);

    public static void WorkerCrashed(string executor) => Add(s_workerCrashes, 1, ExecutorTag, executor);

    /// <summary>Runs what calls listeners. They only watch: what they throw must change nothing that they watch.</summary>
    public static void Tell(Action listeners)
    {
        try
        {
            listeners();
        }
        catch (Exception)
        {
            // Nobody here could do anything about it.
        }
    }

    public static void Sent(long bytes) => Add(s_bytes, bytes, "direction", "sent");

    public static void Received(long bytes) => Add(s_bytes, bytes, "direction", "received");

    public static string Outcome(TaskStatus status) => status switch
    {
        TaskStatus.RanToCompletion => "completed",
        TaskStatus.Canceled => "canceled",
        _ => "faulted",
    };

    private static void Add(Counter<long> counter, long more, string tag, string value)
    {
        // Apart, so that nothing is allocated while nobody listens.
        if (counter.Enabled)
            Count(counter, more, tag, value);
    }

    private static void Count(Counter<long> counter, long more, string tag, string value) => Tell(() => counter.Add(more, new KeyValuePair<string, object?>(tag, value)));

    /// <summary>One figure for each name: executors that share one are counted together.</summary>
    private static IEnumerable<Measurement<int>> Sum(Func<PoolCounts, int> figure) =>
        s_pools.GroupBy(static p => p.Key.Label, p => figure(p.Key.Counts))
            .Select(static g => new Measurement<int>(g.Sum(), new KeyValuePair<string, object?>(ExecutorTag, g.Key)));
}
