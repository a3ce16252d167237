using Tandem.Waiting;

namespace Tandem;

public sealed partial class ProcessQueue<T>
{
    private readonly RingInlet<T> _inlet;

    /// <summary>Puts an item in, and blocks while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not in.</param>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was full.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public void Put(T item, CancellationToken cancellationToken = default) => _inlet.Put(item, Deadline.Never, cancellationToken);

    /// <summary>Puts an item in if there is space within <paramref name="timeout"/>.</summary>
    /// <remarks>
    /// False does not always mean full: a process that is stopped (SIGSTOP, a debugger) in the middle of its own Put keeps all others from putting until
    /// it continues. Such a process is waited for within the time-out too; for a tenth of a second where the time-out is zero.
    /// </remarks>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait for space; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>Whether the item is in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public bool TryPut(T item, TimeSpan timeout = default) => _inlet.Put(item, Deadline.After(timeout));

    /// <summary>Puts an item in, and waits without blocking the caller while the queue is full. One thread waits for all asynchronous producers, in their order.</summary>
    /// <param name="item">The item. Its bytes are taken at once, so it may change after the call.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not in.</param>
    /// <returns>A task that ends when the item is in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the item was in.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public ValueTask PutAsync(T item, CancellationToken cancellationToken = default) => _inlet.PutAsync(item, cancellationToken);
}
