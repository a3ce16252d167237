using Tandem.Workers;

namespace Tandem.Platform;

/// <summary>How a process ended: with an exit code, or by a signal.</summary>
internal readonly record struct ExitStatus(int? ExitCode, int? Signal)
{
    public string? SignalName => Signal is { } number ? Signals.Name(number) : null;

    /// <summary>The end of a sentence: "was killed by SIGKILL (9)".</summary>
    public override string ToString() =>
        Signal is { } number ? $"was killed by {SignalName} ({number})"
        : ExitCode is { } code ? $"ended with exit code {code}"
        : "ended, how is not known";
}

/// <summary>The standard streams of a worker that its link reads.</summary>
internal enum WorkerStream
{
    Error,

    /// <summary>Where the surroundings say so; else it goes where this process's goes.</summary>
    Output,
}

/// <summary>Told what a worker process says and does, one call at a time, on a thread that belongs to the link.</summary>
internal interface IWorkerListener
{
    /// <exception cref="InvalidDataException">The frame makes no sense; the link then ends the process.</exception>
    void Received(FrameKind kind, ReadOnlySpan<byte> body);

    /// <summary>All that has come so far was told.</summary>
    /// <returns>How many more frames are to come, soon, before the next is to be told; 1: the next is told at once.</returns>
    int ReceivedAll();

    /// <summary>
    /// Takes what all that was told has as its last consequence: user code, which may take its time. Whoever has taken it runs it, whoever tells
    /// the rest by then. Null: there is none.
    /// </summary>
    Action? TakeUserCode() => null;

    /// <summary>Whether the worker has something to answer.</summary>
    bool ExpectsFrames => false;

    /// <summary>
    /// Asked before each reading of what a living process writes to a standard stream. False: it is not to be read, so that the process
    /// waits, as it would for any reader that is behind; <paramref name="whenItDoes"/> is called once when it may go on, by another thread.
    /// </summary>
    bool TakesText(WorkerStream stream, Action whenItDoes);

    /// <summary>Never waits.</summary>
    void Wrote(WorkerStream stream, ReadOnlySpan<byte> text);

    /// <summary>The last call, after all that the process wrote was told.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="damage">Why the link ended it, where it did so because of what the process sent.</param>
    void Exited(ExitStatus status, Exception? damage);
}

/// <summary>
/// The parent's end of a worker process: frames both ways, its standard error, its death. The seam between what a worker is asked and how
/// an operating system carries it. All members may be called from any thread, none of them waits, and none fails once the process is gone.
/// </summary>
internal abstract class WorkerLink
{
    public abstract int ProcessId { get; }

    /// <summary>Starts a worker. Nothing is told to the listener before <see cref="Open"/>.</summary>
    /// <exception cref="WorkerStartException">The process could not be started.</exception>
    public static WorkerLink Start(WorkerLaunch launch, IWorkerListener listener) =>
        launch.Command.IsPortable ? PortableWorkerLink.Start(launch, listener) : LinuxWorkerLink.Start(launch, listener);

    /// <summary>Begins to tell the listener. Where this throws, the process is gone and nothing will be told.</summary>
    public abstract void Open();

    /// <summary>How many calls may be under way at once; the worker takes them one after the other.</summary>
    public abstract int MaxAhead { get; }

    /// <summary>Sends one frame, in two parts so that large arguments are not copied. It may wait for <see cref="Flush"/>.</summary>
    /// <param name="callId">The call's, where it is one: positive, and one more than that of the call before.</param>
    /// <param name="head">Copied.</param>
    /// <param name="rest">Must not change any more.</param>
    public abstract void Send(long callId, ReadOnlySpan<byte> head, ReadOnlyMemory<byte> rest);

    /// <summary>Lets the worker see what was sent.</summary>
    public abstract void Flush();

    /// <summary>Takes back a call that was sent; false: the worker has begun it, or may have.</summary>
    public abstract bool TryWithdraw(long callId);

    /// <summary>Whether the worker has begun a call that was sent; false also where only its frames tell. May be asked up to the end of <see cref="IWorkerListener.Exited"/>.</summary>
    public abstract bool HasBegun(long callId);

    /// <summary>Signals tokens of a running call.</summary>
    public abstract void SendCancellation(Cancellation cancellation);

    /// <summary>Says that nothing more will be sent, on which an idle worker ends by itself.</summary>
    public abstract void CloseInput();

    public abstract void Kill();

    /// <summary>Asks the process to end, by SIGTERM; false: this system has no such way.</summary>
    public abstract bool TryTerminate();
}
