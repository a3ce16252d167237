using Tandem.Workers;

namespace Tandem;

/// <summary>How a <see cref="WorkerProcess"/> is started. Read once, by Start.</summary>
public sealed class WorkerProcessOptions : WorkerOptions
{
    /// <summary>
    /// Whether this process may end before it, which ends it too, at once; Python's <c>daemon</c>. False, the default: when this process ends
    /// by itself, by the end of Main or <see cref="Environment.Exit"/>, it waits for the worker process first. One that is killed or crashes
    /// takes its worker processes with it in any case.
    /// </summary>
    public bool IsBackground { get; set; }

    /// <summary>For tests: a process that is started in another way.</summary>
    internal WorkerCommand Command
    {
        get => field ?? WorkerCommand.Current;
        set;
    }
}
