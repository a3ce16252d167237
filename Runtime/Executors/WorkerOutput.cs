using Tandem.Workers;

namespace Tandem;

/// <summary>Where a worker's standard output or standard error goes.</summary>
public sealed class WorkerOutput
{
    private WorkerOutput()
    {
    }

    /// <summary>Where this process's own goes, as it is.</summary>
    public static WorkerOutput Inherit { get; } = new();

    /// <summary>Where this process's own goes, line by line, each with the worker's name before it: <c>[ProcessExecutor-worker-1] text</c>.</summary>
    public static WorkerOutput WithName { get; } = new();

    /// <summary>Nowhere. The end of standard error is in a <see cref="WorkerCrashedException"/> all the same.</summary>
    public static WorkerOutput Discard { get; } = new();

    /// <summary>Who gets the lines; null where they go elsewhere.</summary>
    internal Action<WorkerLine>? Receive { get; private init; }

    /// <summary>The lines on their way to <see cref="Receive"/>.</summary>
    internal OutputQueue? Queue { get; private init; }

    /// <summary>
    /// To the application itself, line by line. A line counts as one when its end has come, the worker has ended, or it is longer than 64 KiB;
    /// its text is read as UTF-8.
    /// </summary>
    /// <param name="receive">
    /// Called for one line after the other, each worker's in their order, on a thread of its own; it must not throw. While it is behind, workers
    /// that write wait. An executor's shutdown and <see cref="WorkerProcess.Join()"/> end after the last line; called by the receiver itself, they
    /// do not wait for it, and what workers write meanwhile is lost.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="receive"/> is null.</exception>
    public static WorkerOutput To(Action<WorkerLine> receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        return new() { Receive = receive, Queue = OutputQueue.ToApplication() };
    }
}
