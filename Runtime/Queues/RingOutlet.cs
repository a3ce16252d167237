using System.Runtime.CompilerServices;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>Where items of one type come out of a <see cref="SharedRing"/>, for blocking and for asynchronous callers.</summary>
/// <param name="ring">Used inside the lease only.</param>
/// <param name="limits">What ends every wait, whatever the caller says.</param>
internal sealed class RingOutlet<T>(SharedRing ring, WaitLimits limits)
{
    /// <summary>Waits for asynchronous callers.</summary>
    private readonly AsyncLane<Taken<T>> _lane = new();

    /// <summary>Takes the next item; none at the deadline and at the end.</summary>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    public Taken<T> Take(Deadline deadline, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var buffer = EncodedItem.Empty();
        using (limits.Lease.Visit())
        {
            limits.Peer?.BeginUse();
            if (!ring.Take(buffer.Writer, limits with { Deadline = deadline, CancellationToken = cancellationToken }))
            {
                // Whoever disposes a pipe's end closes the ring with it; that is not the other side's end.
                limits.Lease.ThrowIfEnded();
                return default;
            }
        }

        // Outside the lock: to make an object of the bytes may run anybody's code.
        return new Taken<T>(Payload.Read<T>(buffer.Bytes));
    }

    /// <summary>Takes as many items as there are, at least one; none at the deadline and at the end.</summary>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    public T[] TakeMany(int most, Deadline deadline, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        most = AtATime(most);
        using var buffer = EncodedItem.Empty();
        var lengths = new List<int>();
        using (limits.Lease.Visit())
        {
            limits.Peer?.BeginUse();
            ring.TakeBatch(buffer.Writer, lengths, most, limits with { Deadline = deadline, CancellationToken = cancellationToken });
        }

        var items = new T[lengths.Count];
        var rest = buffer.Bytes;
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Payload.Read<T>(rest[..lengths[i]]);
            rest = rest[lengths[i]..];
        }

        return items;
    }

    /// <summary>Takes as many items as there are, at least one; none at the end only.</summary>
    public async ValueTask<T[]> TakeManyAsync(int most, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        most = AtATime(most);
        if (!_lane.IsBusy && TakeMany(most, Deadline.Passed, cancellationToken) is { Length: > 0 } items)
            return items;
        // The lane for one, to stand in line; whatever has come with it is taken at once.
        var first = await TakeAsync(cancellationToken).ConfigureAwait(false);
        if (!first.HasItem)
            return [];
        return most == 1 || _lane.IsBusy ? [first.Item] : [first.Item, .. TakeMany(most - 1, Deadline.Passed)];
    }

    /// <summary>Takes the next item; none at the end only.</summary>
    public async ValueTask<Taken<T>> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_lane.IsBusy)
        {
            var taken = Take(Deadline.Passed, cancellationToken);
            if (taken.HasItem || IsAtEnd())
                return taken;
        }

        return await _lane.Run(token => Take(Deadline.Never, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes all there are, to the end.</summary>
    public async IAsyncEnumerable<T> TakeAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken).ConfigureAwait(false) is { HasItem: true } taken)
            yield return taken.Item;
    }

    /// <summary>An item cannot be read where whoever sent what it refers to has ended. That is to cost no other item.</summary>
    private static int AtATime(int most) => Payload.MayReferToMemory<T>() ? 1 : most;

    private bool IsAtEnd()
    {
        using var visit = limits.Lease.Visit();
        return ring.IsAtEnd;
    }
}
