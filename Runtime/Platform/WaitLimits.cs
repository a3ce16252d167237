using Tandem.Waiting;

namespace Tandem.Platform;

/// <summary>What ends a wait on shared memory before it has got what it waits for.</summary>
/// <param name="Deadline">The caller's time-out.</param>
/// <param name="CancellationToken">The caller's token.</param>
/// <param name="Lease">The primitive's; its end is the primitive's disposal.</param>
internal readonly record struct WaitLimits(Deadline Deadline, CancellationToken CancellationToken, SharedMemoryLease Lease)
{
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public void ThrowIfCalledOff()
    {
        CancellationToken.ThrowIfCancellationRequested();
        Lease.ThrowIfEnded();
    }
}
