using Tandem.Workers;

namespace Tandem;

/// <summary>A <see cref="WorkerProcess"/> whose work gives something back.</summary>
/// <typeparam name="TResult">What the work gives back; it must be able to cross a process boundary.</typeparam>
public sealed class WorkerProcess<TResult> : WorkerProcess
{
    internal WorkerProcess(ProcessRun<TResult> run)
        : base(run) => Completion = run.Outcome;

    /// <inheritdoc cref="WorkerProcess.Completion"/>
    public new Task<TResult> Completion { get; }

    /// <summary>Waits for the end and gives the work's result, or throws as awaiting <see cref="Completion"/> would.</summary>
    public TResult Result => Completion.GetAwaiter().GetResult();
}
