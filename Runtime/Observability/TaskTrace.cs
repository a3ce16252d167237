using System.Diagnostics;
using Tandem.Workers;

namespace Tandem.Observability;

/// <summary>One task that somebody watches, from its submission to its end: an activity, and its time.</summary>
internal sealed class TaskTrace
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly string _executor;

    /// <summary>Null where nobody wants one.</summary>
    public Activity? Activity { get; private set; }

    public TaskTrace(string executor, Delegate work)
    {
        _executor = executor;
        if (!Telemetry.Activities.HasListeners())
            return;

        // A child of the caller's activity, but not his current one: he goes on with his own.
        var callers = System.Diagnostics.Activity.Current;
        Telemetry.Tell(() => Activity = Telemetry.Activities.StartActivity(DisplayName.Of(work.Method)));
        System.Diagnostics.Activity.Current = callers;
        Activity?.SetTag("tandem.executor", executor);
    }

    /// <summary>Ends with the task. Its exception is left for those who await it.</summary>
    public void EndWith(Task task) =>
        task.ContinueWith(static (task, trace) => ((TaskTrace)trace!).End(task.Status), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void End(TaskStatus status)
    {
        Telemetry.TaskEnded(_executor, Stopwatch.GetElapsedTime(_start), status);
        if (Activity is null)
            return;
        Activity.SetTag("outcome", Telemetry.Outcome(status));
        if (status == TaskStatus.Faulted)
            Activity.SetStatus(ActivityStatusCode.Error);

        // This thread is a worker's, or the pool's: the end must not change what is current there.
        var current = System.Diagnostics.Activity.Current;
        Telemetry.Tell(Activity.Stop);
        System.Diagnostics.Activity.Current = current;
    }
}
