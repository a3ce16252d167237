using Tandem.Workers;

namespace Tandem;

/// <summary>
/// A process of its own for one call of a static method, or of a lambda that captures nothing, as Python's <c>multiprocessing.Process</c>.
/// It starts at once, ends when the work has ended, and never outlives this process. Many short calls are cheaper on a <see cref="ProcessExecutor"/>.
/// </summary>
/// <remarks>
/// <para>Arguments and results cross as they do on a <see cref="ProcessExecutor"/>, and the same work is refused. Statics have their initial
/// values, standard input is empty, standard output and standard error are this process's.</para>
/// <para>The exit code is 0 when the work has ended, or the <see cref="Environment.ExitCode"/> that it set. Where it throws, the exit code is 1,
/// the trace goes to standard error, and the exception comes back in <see cref="Completion"/>. As with any program, foreground threads that
/// the work has started end before the process does.</para>
/// </remarks>
public partial class WorkerProcess : IDisposable
{
    private readonly ProcessRun _run;

    private protected WorkerProcess(ProcessRun run) => _run = run;

    /// <summary>The process id. After the end it may be another process's.</summary>
    public int Id => _run.ProcessId;

    /// <summary>What messages and <c>ps</c> call it.</summary>
    public string Name => _run.Name;

    /// <summary>Whether it has not ended yet.</summary>
    public bool IsAlive => !_run.HasEnded;

    /// <summary>
    /// The exit code, or null while it runs. Where a signal ended it, 128 and the signal's number, as shells and
    /// <see cref="System.Diagnostics.Process.ExitCode"/> have it; -1 where the system does not tell.
    /// </summary>
    public int? ExitCode => _run.ExitCode;

    /// <summary>The signal that ended it, for example <c>SIGKILL</c>; null where it exited or still runs.</summary>
    public string? Signal => _run.Signal;

    /// <summary>
    /// Ends when the process has: faulted with what the work threw, with <see cref="WorkerCrashedException"/> where the process ended in another
    /// way before the work did (for work without a result, an exit code of 0 counts as its end), or with <see cref="WorkerStartException"/> where
    /// it did not get as far as the work; canceled where <see cref="Terminate"/>, <see cref="Kill"/> or <see cref="Dispose"/> ended it. Of many,
    /// <see cref="Task.WhenAny(Task[])"/> and <see cref="Task.WhenEach(Task[])"/> tell which ends first. It need not be looked at.
    /// </summary>
    public Task Completion => _run.Completion;

    /// <summary>Set when the process has ended, as Python's <c>sentinel</c>: for <see cref="System.Threading.WaitHandle.WaitAny(System.Threading.WaitHandle[])"/> and those who wait so.</summary>
    public WaitHandle WaitHandle => ((IAsyncResult)_run.Ended).AsyncWaitHandle;

    /// <summary>Waits for the end, however it comes about; look at <see cref="ExitCode"/> or <see cref="Completion"/> for how.</summary>
    public void Join() => _run.Join(Timeout.InfiniteTimeSpan);

    /// <summary>Waits for the end, but not for ever.</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <returns>Whether it has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or longer than 24 days.</exception>
    public bool Join(TimeSpan timeout) => _run.Join(timeout);

    /// <summary>Waits for the end without holding a thread, however it comes about.</summary>
    /// <param name="cancellationToken">Ends the wait; the process goes on.</param>
    /// <returns>A task that ends when the process has.</returns>
    public Task JoinAsync(CancellationToken cancellationToken = default) => _run.JoinAsync(cancellationToken);

    /// <summary>
    /// Asks it to end, by SIGTERM. Work that takes a <see cref="CancellationToken"/> as an argument of its own is told by that token, and ends as
    /// it sees fit; other work ends at once, but for what handles the signal itself (<see cref="System.Runtime.InteropServices.PosixSignalRegistration"/>).
    /// On Windows, which has no such signal, work that takes no token is killed. Does nothing when it has ended.
    /// </summary>
    public void Terminate() => _run.Terminate();

    /// <summary>Ends it at once, by SIGKILL, whatever it does. Does nothing when it has ended. <see cref="Join()"/> waits until it is gone.</summary>
    public void Kill() => _run.Kill();

    /// <summary>Kills it if it still runs, and waits until it is gone. <see cref="Join()"/> before where it is to end by itself. May be called again.</summary>
    public void Dispose()
    {
        Kill();
        Join();
        GC.SuppressFinalize(this);
    }
}
