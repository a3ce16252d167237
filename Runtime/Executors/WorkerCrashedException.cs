namespace Tandem;

/// <summary>
/// The worker process that ran a task ended before the task did: it was killed, crashed, ran out of memory, or its work called
/// <see cref="Environment.Exit"/>. Only the task that it ran fails so; the worker is replaced and the others run on. Whether the work had its
/// effects before the crash is unknown, so it is not run again, unless it is marked <see cref="IdempotentAttribute"/>: then this is its last crash.
/// </summary>
/// <param name="message">What ended, how, and what it wrote last.</param>
public sealed class WorkerCrashedException(string message) : Exception(message)
{
    /// <summary>The work that was running, as <c>Type.Method</c>.</summary>
    public string Work { get; init; } = "";

    /// <summary>The worker's name.</summary>
    public string WorkerName { get; init; } = "";

    /// <summary>The process id that the worker had.</summary>
    public int ProcessId { get; init; }

    /// <summary>The exit code, or null where a signal ended the process.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the process, for example <c>SIGKILL</c>, or null where it exited.</summary>
    public string? Signal { get; init; }

    /// <summary>What the worker wrote last to its standard error; at most some kilobytes.</summary>
    public string StandardError { get; init; } = "";
}
