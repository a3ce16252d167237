using System.Diagnostics;
using Tandem.Workers;

namespace Tandem.Observability;

/// <summary>One task that somebody watches, from its submission to its end: an activity, and its time.</summary>
internal sealed class TaskTrace
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly string _executor;
    private Activity? _activity;

    public TaskTrace(string executor, Delegate work)
    {
        _executor = executor;
        if (!Telemetry.Activities.HasListeners())
            return;

        // A child of the caller's activity, but not his current one: he goes on with his own.
        var callers = Activity.Current;
        Telemetry.Tell(() => _activity = Telemetry.Activities.StartActivity(DisplayName.Of(work.Method)));
        Activity.Current = callers;
        _activity?.SetTag("tandem.executor", executor);
    }

    /// <summary>Ends with the task. Its exception is left for those who await it.</summary>
    public void EndWith(Task task) =>
        task.ContinueWith(static (task, trace) => ((TaskTrace)trace!).End(task.Status), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void End(TaskStatus status)
    {
        Telemetry.TaskEnded(_executor, Stopwatch.GetElapsedTime(_start), status);
        if (_activity is null)
            return;
        _activity.SetTag("outcome", Telemetry.Outcome(status));
        if (status == TaskStatus.Faulted)
            _activity.SetStatus(ActivityStatusCode.Error);

        // This thread is a worker's, or the pool's: the end must not change what is current there.
        var current = Activity.Current;
        Telemetry.Tell(_activity.Stop);
        Activity.Current = current;
    }
}
