using Tandem.Waiting;

namespace Tandem;

public sealed partial class ThreadQueue<T>
{
    /// <summary>Puts an item in, and blocks while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not in.</param>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was full.</exception>
    public void Put(T item, CancellationToken cancellationToken = default) => TryPut(item, Deadline.Never, cancellationToken);

    /// <summary>Puts an item in if there is space within <paramref name="timeout"/>.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait for space; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>Whether the item is in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    public bool TryPut(T item, TimeSpan timeout = default) => TryPut(item, Deadline.After(timeout), default);

    /// <summary>Puts an item in, and waits without blocking a thread while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not in.</param>
    /// <returns>A task that ends when the item is in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the item was in.</exception>
    public async ValueTask PutAsync(T item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!PutOrEnqueue(item, Deadline.Never, out var putter) && !await _putters.WaitAsync(putter!, cancellationToken).ConfigureAwait(false))
            throw QueueCompletedException.OnPut(Name);
    }

    private bool TryPut(T item, Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (PutOrEnqueue(item, deadline, out var putter))
            return true;
        if (putter is null || !_putters.Wait(putter, deadline, cancellationToken))
            return false;
        return putter.Task.GetAwaiter().GetResult() ? true : throw QueueCompletedException.OnPut(Name);
    }

    /// <summary>Puts the item in and returns true; or, where the queue is full, enqueues a putter unless the deadline has passed.</summary>
    private bool PutOrEnqueue(T item, Deadline deadline, out Putter? putter)
    {
        Waiter<Taken<T>>? taker;
        lock (_gate)
        {
            AssertInvariants();
            putter = null;
            if (_completed)
                throw QueueCompletedException.OnPut(Name);
            taker = _takers.DequeueHeld();
            if (taker is null && Capacity != 0 && _items.Count >= Capacity)
            {
                if (!deadline.HasPassed)
                    _putters.EnqueueHeld(putter = new Putter(item));
                return false;
            }

            if (taker is null)
                _items.Add(item);
            _unfinished++;
        }

        taker?.SetResult(new Taken<T>(item));
        return true;
    }

    /// <summary>
    /// Lets the first putter in for whom there is space now, and says how to tell it. One at whose item the comparer throws fails by itself,
    /// whoever it was that made the space, and the next one gets it.
    /// </summary>
    private Action? LetPutterInHeld()
    {
        Action? tell = null;
        while (_items.Count < Capacity && _putters.DequeueHeld() is { } putter)
        {
            try
            {
                _items.Add(putter.Item);
                _unfinished++;
                tell += () => putter.SetResult(true);
            }
            catch (Exception error)
            {
                tell += () => putter.SetException(error);
            }
        }

        return tell;
    }

    /// <summary>A waiting producer with its item. Told true once the item is in, false when the queue was completed first.</summary>
    private sealed class Putter(T item) : Waiter<bool>
    {
        public T Item { get; } = item;
    }
}
