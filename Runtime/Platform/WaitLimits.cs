using Tandem.Waiting;

namespace Tandem.Platform;

/// <summary>What ends a wait on shared memory before it has got what it waits for.</summary>
/// <param name="Deadline">The caller's time-out.</param>
/// <param name="CancellationToken">The caller's token.</param>
/// <param name="Lease">The primitive's; its end is the primitive's disposal.</param>
/// <param name="Peer">Looked at before each park, where the wait is for one side that may be gone.</param>
internal readonly record struct WaitLimits(Deadline Deadline, CancellationToken CancellationToken, SharedMemoryLease Lease, IWaitPeer? Peer = null)
{
    /// <summary>
    /// How long a time-out of zero waits for a lock that a living process holds for a few hundred instructions. Longer than such a process is
    /// off the processor on a busy machine; so a try fails for the lock's sake only while its holder is stopped (SIGSTOP, a debugger).
    /// </summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);

    /// <summary>The limits of a wait for a lock inside a primitive, which the caller knows nothing of.</summary>
    public WaitLimits ForInternalLock => this with { Deadline = Deadline.WithGrace(s_grace) };

    /// <summary>The limits of a wait that has gone too far to be called off by its caller.</summary>
    public WaitLimits UntilDisposed => this with { Deadline = Deadline.Never, CancellationToken = default };

    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public void ThrowIfCalledOff()
    {
        CancellationToken.ThrowIfCancellationRequested();
        Lease.ThrowIfEnded();
        Peer?.Check();
    }
}
