using System.Diagnostics.CodeAnalysis;
using Tandem.Waiting;

namespace Tandem;

public sealed partial class ProcessQueue<T>
{
    private readonly RingOutlet<T> _outlet;

    /// <summary>Takes the next item, and blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed and is empty.</exception>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was empty.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public T Take(CancellationToken cancellationToken = default) => _outlet.Take(Deadline.Never, cancellationToken).ItemOrThrow(Name);

    /// <summary>Takes the next item if there is one within <paramref name="timeout"/>.</summary>
    /// <remarks>
    /// False does not always mean empty: a process that is stopped (SIGSTOP, a debugger) in the middle of its own Take keeps all others from taking until
    /// it continues. Such a process is waited for within the time-out too; for a tenth of a second where the time-out is zero.
    /// </remarks>
    /// <param name="item">The item when one was taken.</param>
    /// <param name="timeout">How long to wait for an item; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> until the queue is completed.</param>
    /// <returns>Whether an item was taken; false at the time-out, and at once when the queue is completed and empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public bool TryTake([MaybeNullWhen(false)] out T item, TimeSpan timeout = default)
    {
        var taken = _outlet.Take(Deadline.After(timeout));
        item = taken.Item;
        return taken.HasItem;
    }

    /// <summary>Takes the next item, and waits without blocking the caller while there is none. One thread waits for all asynchronous consumers of this process, in their order.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed and is empty.</exception>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before an item was taken.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public async ValueTask<T> TakeAsync(CancellationToken cancellationToken = default) =>
        (await _outlet.TakeAsync(cancellationToken).ConfigureAwait(false)).ItemOrThrow(Name);

    /// <summary>Takes items as they come until the queue is completed and empty. Several may run at once; each item goes to one of them.</summary>
    /// <param name="cancellationToken">Ends the wait for the next item.</param>
    /// <returns>The items.</returns>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public IAsyncEnumerable<T> TakeAllAsync(CancellationToken cancellationToken = default) => _outlet.TakeAllAsync(cancellationToken);
}
