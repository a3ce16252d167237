using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>Where items of one type go into a <see cref="SharedRing"/>, by blocking and by asynchronous callers.</summary>
/// <param name="ring">Used inside the lease only.</param>
/// <param name="limits">What ends every wait, whatever the caller says.</param>
/// <param name="ended">What to throw when the ring takes no more.</param>
internal sealed class RingInlet<T>(SharedRing ring, WaitLimits limits, Func<Exception> ended)
{
    /// <summary>Waits for asynchronous callers.</summary>
    private readonly AsyncLane<bool> _lane = new();

    /// <summary>Puts an item in, all of it or nothing; false at the deadline.</summary>
    public bool Put(T item, Deadline deadline, CancellationToken cancellationToken = default)
    {
        using var encoded = EncodedItem.Encode(item);
        return Put(encoded, deadline, cancellationToken);
    }

    /// <summary>The item's bytes are taken at once.</summary>
    public async ValueTask PutAsync(T item, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var encoded = EncodedItem.Encode(item);
        if (_lane.IsBusy || !Put(encoded, Deadline.Passed, cancellationToken))
            await _lane.Run(token => Put(encoded, Deadline.Never, token), cancellationToken).ConfigureAwait(false);
    }

    private bool Put(EncodedItem item, Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        limits.Lease.Enter();
        try
        {
            limits.Peer?.BeginUse();
            var isIn = ring.Put(item.Bytes, limits with { Deadline = deadline, CancellationToken = cancellationToken }, out var isCompleted);
            if (isIn)
                item.MarkIn();
            if (!isCompleted)
                return isIn;
            limits.Lease.ThrowIfEnded();
            throw ended();
        }
        finally
        {
            limits.Lease.Exit();
        }
    }
}
