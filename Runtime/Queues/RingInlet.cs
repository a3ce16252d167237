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

    /// <summary>Puts items in, the first ones, until the deadline.</summary>
    /// <returns>How many are in.</returns>
    public int PutMany(ReadOnlySpan<T> items, Deadline deadline, CancellationToken cancellationToken = default)
    {
        var count = 0;
        while (count < items.Length)
        {
            var more = PutSome(items[count..], deadline, cancellationToken);
            if (more == 0)
                break;
            count += more;
        }

        return count;
    }

    /// <summary>Each item's bytes are taken when its turn comes.</summary>
    public async ValueTask PutManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!items.IsEmpty)
        {
            var rest = items;
            if (!_lane.IsBusy)
                rest = items[PutMany(items.Span, Deadline.Passed, cancellationToken)..];
            // The lane for one, to stand in line; who knows how many fit after it.
            if (!rest.IsEmpty)
            {
                await PutAsync(rest.Span[0], cancellationToken).ConfigureAwait(false);
                rest = rest[1..];
            }

            items = rest;
        }
    }

    private int PutSome(ReadOnlySpan<T> items, Deadline deadline, CancellationToken cancellationToken)
    {
        // What refers to memory is noted by the item.
        if (items.Length == 1 || Payload.MayReferToMemory<T>())
            return Put(items[0], deadline, cancellationToken) ? 1 : 0;
        using var batch = EncodedBatch.Encode(items, ring.Capacity, ring.ByteCount);
        // It is larger than the ring.
        if (batch.Lengths.IsEmpty)
            return Put(items[0], deadline, cancellationToken) ? 1 : 0;
        var count = 0;
        while (count < batch.Lengths.Length && PutBatch(batch, count, deadline, cancellationToken) is > 0 and var more)
            count += more;
        return count;
    }

    private int PutBatch(EncodedBatch batch, int start, Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var visit = limits.Lease.Visit();
        limits.Peer?.BeginUse();
        var count = ring.PutBatch(batch.BytesFrom(start), batch.Lengths[start..], limits with { Deadline = deadline, CancellationToken = cancellationToken }, out var isCompleted);
        return !isCompleted ? count : throw ended();
    }

    private bool Put(EncodedItem item, Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var visit = limits.Lease.Visit();
        limits.Peer?.BeginUse();
        var isIn = ring.Put(item.Bytes, limits with { Deadline = deadline, CancellationToken = cancellationToken }, out var isCompleted);
        if (isIn)
            item.MarkIn();
        if (!isCompleted)
            return isIn;
        limits.Lease.ThrowIfEnded();
        throw ended();
    }
}
