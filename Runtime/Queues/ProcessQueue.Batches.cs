using Tandem.Waiting;

namespace Tandem;

public sealed partial class ProcessQueue<T>
{
    /// <summary>Puts items in, in their order, and blocks while the queue is full. Many small items cost much less so than each by itself. Others' items may come between.</summary>
    /// <param name="items">The items.</param>
    /// <param name="cancellationToken">Ends the wait; some of the items, the first ones, may then be in.</param>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; some of the items, the first ones, may be in.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before all items were in.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public void PutMany(ReadOnlySpan<T> items, CancellationToken cancellationToken = default) => _inlet.PutMany(items, Deadline.Never, cancellationToken);

    /// <summary>Puts items in, in their order, as long as there is space within <paramref name="timeout"/>.</summary>
    /// <param name="items">The items.</param>
    /// <param name="timeout">How long to wait for space, in all; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>How many of the items, the first ones, are in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; some of the items, the first ones, may be in.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public int TryPutMany(ReadOnlySpan<T> items, TimeSpan timeout = default) => _inlet.PutMany(items, Deadline.After(timeout));

    /// <summary>Puts items in, in their order, and waits without blocking the caller while the queue is full.</summary>
    /// <param name="items">The items; they are not to change before the task has ended.</param>
    /// <param name="cancellationToken">Ends the wait; some of the items, the first ones, may then be in.</param>
    /// <returns>A task that ends when all items are in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; some of the items, the first ones, may be in.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before all items were in.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public ValueTask PutManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default) => _inlet.PutManyAsync(items, cancellationToken);

    /// <summary>Takes the items that are there, at least one and at most so many, and blocks while there is none.</summary>
    /// <param name="most">How many to take at most; a mebibyte of them ends a batch, too, and items that can hold other primitives come one by one.</param>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The items, in their order; none when the queue was completed and is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is not positive.</exception>
    /// <exception cref="InvalidDataException">One of what was taken is no <typeparamref name="T"/>; it is lost, and the others of the batch with it.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was empty.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public T[] TakeMany(int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        return _outlet.TakeMany(most, Deadline.Never, cancellationToken);
    }

    /// <summary>Takes the items that are there within <paramref name="timeout"/>, at most so many.</summary>
    /// <param name="most">How many to take at most; a mebibyte of them ends a batch, too, and items that can hold other primitives come one by one.</param>
    /// <param name="timeout">How long to wait for the first; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> until the queue is completed.</param>
    /// <returns>The items, in their order; none at the time-out, and at once when the queue is completed and empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is not positive, or <paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="InvalidDataException">One of what was taken is no <typeparamref name="T"/>; it is lost, and the others of the batch with it.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public T[] TryTakeMany(int most, TimeSpan timeout = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        return _outlet.TakeMany(most, Deadline.After(timeout));
    }

    /// <summary>Takes the items that are there, at least one and at most so many, and waits without blocking the caller while there is none.</summary>
    /// <param name="most">How many to take at most; a mebibyte of them ends a batch, too, and items that can hold other primitives come one by one.</param>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The items, in their order; none when the queue was completed and is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is not positive.</exception>
    /// <exception cref="InvalidDataException">One of what was taken is no <typeparamref name="T"/>; it is lost, and the others of the batch with it.</exception>
    /// <exception cref="IOException">What was taken holds a primitive that whoever put it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before an item was taken.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public ValueTask<T[]> TakeManyAsync(int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        return _outlet.TakeManyAsync(most, cancellationToken);
    }
}
