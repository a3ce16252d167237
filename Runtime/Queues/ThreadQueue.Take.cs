using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tandem.Waiting;

namespace Tandem;

public sealed partial class ThreadQueue<T>
{
    /// <summary>Takes the next item, and blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed and is empty.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was empty.</exception>
    public T Take(CancellationToken cancellationToken = default) => Take(Deadline.Never, cancellationToken).ItemOrThrow(Name);

    /// <summary>Takes the next item if there is one within <paramref name="timeout"/>.</summary>
    /// <param name="item">The item when one was taken.</param>
    /// <param name="timeout">How long to wait for an item; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> until the queue is completed.</param>
    /// <returns>Whether an item was taken; false at the time-out, and at once when the queue is completed and empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    public bool TryTake([MaybeNullWhen(false)] out T item, TimeSpan timeout = default)
    {
        var taken = Take(Deadline.After(timeout), default);
        item = taken.Item;
        return taken.HasItem;
    }

    /// <summary>Takes the next item, and waits without blocking a thread while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed and is empty.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before an item was taken.</exception>
    public async ValueTask<T> TakeAsync(CancellationToken cancellationToken = default) =>
        (await TakeOrEndAsync(cancellationToken).ConfigureAwait(false)).ItemOrThrow(Name);

    /// <summary>Takes items as they come until the queue is completed and empty. Several may run at once; each item goes to one of them.</summary>
    /// <param name="cancellationToken">Ends the wait for the next item.</param>
    /// <returns>The items.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<T> TakeAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await TakeOrEndAsync(cancellationToken).ConfigureAwait(false) is { HasItem: true } taken)
            yield return taken.Item;
    }

    private Taken<T> Take(Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var taken = TakeOrEnqueue(deadline, out var taker);
        return taker is not null && _takers.Wait(taker, deadline, cancellationToken) ? taker.Task.GetAwaiter().GetResult() : taken;
    }

    private ValueTask<Taken<T>> TakeOrEndAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Taken<T>>(cancellationToken);
        var taken = TakeOrEnqueue(Deadline.Never, out var taker);
        return taker is null ? ValueTask.FromResult(taken) : _takers.WaitAsync(taker, cancellationToken);
    }

    /// <summary>Takes an item; or, where the queue is empty and not at its end, enqueues a taker unless the deadline has passed.</summary>
    private Taken<T> TakeOrEnqueue(Deadline deadline, out Waiter<Taken<T>>? taker)
    {
        Action? tellPutters;
        Taken<T> taken;
        lock (_gate)
        {
            AssertInvariants();
            taker = null;
            if (_items.Count == 0)
            {
                if (!_completed && !deadline.HasPassed)
                    _takers.EnqueueHeld(taker = new Waiter<Taken<T>>());
                return default;
            }

            taken = new Taken<T>(_items.Remove());
            tellPutters = LetPutterInHeld();
        }

        tellPutters?.Invoke();
        return taken;
    }
}
