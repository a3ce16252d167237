using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A queue for the threads of one process, for any number of producers and consumers, blocking and asynchronous.
/// </summary>
/// <remarks>
/// The semantics are those of Python's <c>queue.Queue</c>, <c>LifoQueue</c> and <c>PriorityQueue</c>, with the end of the stream
/// (<see cref="Complete"/>) of <see cref="System.Threading.Channels.Channel{T}"/>. Takers are served in the order in which they came, and so are putters.
/// </remarks>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class ThreadQueue<T>
{
    private const string Name = "ThreadQueue";

    /// <summary>Guards the fields below, for a few instructions at a time (and for the comparisons of a priority queue).</summary>
    private readonly Lock _gate = new();

    /// <summary>What is in the queue.</summary>
    private readonly ItemStore<T> _items;

    /// <summary>Who waits for an item. Nobody, while there is one.</summary>
    private readonly WaitLine<Waiter<Taken<T>>, Taken<T>> _takers;

    /// <summary>Who waits for space, each with its item. Nobody, while there is some.</summary>
    private readonly WaitLine<Putter, bool> _putters;

    /// <summary>Who waits until every item is done.</summary>
    private readonly WaitLine<Waiter<bool>, bool> _joiners;

    /// <summary>No more items will be put.</summary>
    private bool _completed;

    /// <summary>Items put and not yet marked done.</summary>
    private long _unfinished;

    /// <summary>Makes a queue that gives out first what was put first.</summary>
    /// <param name="capacity">The number of items that fit before <see cref="Put"/> waits; 0 for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    public ThreadQueue(int capacity = 0)
        : this(QueueOrder.Fifo, capacity)
    {
    }

    /// <summary>Makes a queue with the given order.</summary>
    /// <param name="order">Which item is given out next.</param>
    /// <param name="capacity">The number of items that fit before <see cref="Put"/> waits; 0 for no limit.</param>
    /// <param name="comparer">Orders the items of a <see cref="QueueOrder.Priority"/> queue; by default their own comparison. Runs while the queue is locked, so it must not use the queue, nor throw.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative, or <paramref name="order"/> is none of its values.</exception>
    /// <exception cref="ArgumentException">The order is <see cref="QueueOrder.Priority"/>, <typeparamref name="T"/> has no comparison of its own, and no comparer was given.</exception>
    public ThreadQueue(QueueOrder order, int capacity = 0, IComparer<T>? comparer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
        _items = ItemStore<T>.Create(order, comparer);
        _takers = new(_gate);
        _putters = new(_gate);
        _joiners = new(_gate);
    }

    /// <summary>The number of items in the queue at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _items.Count;
        }
    }

    /// <summary>The number of items that fit; 0 for no limit.</summary>
    public int Capacity { get; }

    /// <summary>True once <see cref="Complete"/> was called and the last item has been taken.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
                return _completed && _items.Count == 0;
        }
    }

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

    /// <summary>Says that no more items will be put. What is in can still be taken; then takers learn of the end. Calling it again does nothing.</summary>
    public void Complete()
    {
        Waiter<Taken<T>>[] takers;
        Putter[] putters;
        lock (_gate)
        {
            AssertInvariants();
            _completed = true;
            takers = _takers.DequeueAllHeld();
            putters = _putters.DequeueAllHeld();
        }

        foreach (var taker in takers)
            taker.SetResult(default);
        foreach (var putter in putters)
            putter.SetResult(false);
    }

    /// <summary>Says that one taken item has been dealt with (<c>task_done</c> of Python's queue).</summary>
    /// <exception cref="InvalidOperationException">Called more often than items were put.</exception>
    public void MarkDone()
    {
        Waiter<bool>[] joiners;
        lock (_gate)
        {
            AssertInvariants();
            if (_unfinished == 0)
                throw new InvalidOperationException("MarkDone was called more often than items were put into this ThreadQueue. Call it once for each item taken.");
            if (--_unfinished > 0)
                return;
            joiners = _joiners.DequeueAllHeld();
        }

        foreach (var joiner in joiners)
            joiner.SetResult(true);
    }

    /// <summary>Blocks until each item that was put has been marked done.</summary>
    public void Join() => Join(Timeout.InfiniteTimeSpan);

    /// <summary>Blocks for at most <paramref name="timeout"/> until each item that was put has been marked done.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>Whether all are done.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    public bool Join(TimeSpan timeout)
    {
        var deadline = Deadline.After(timeout);
        return EnqueueJoiner() is not { } joiner || _joiners.Wait(joiner, deadline, default);
    }

    /// <summary>Waits without blocking a thread until each item that was put has been marked done.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when all are done.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (EnqueueJoiner() is { } joiner)
            await _joiners.WaitAsync(joiner, cancellationToken).ConfigureAwait(false);
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
        Putter? putter;
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
            putter = _putters.DequeueHeld();
            if (putter is not null)
            {
                _items.Add(putter.Item);
                _unfinished++;
            }
        }

        putter?.SetResult(true);
        return taken;
    }

    private Waiter<bool>? EnqueueJoiner()
    {
        lock (_gate)
        {
            AssertInvariants();
            if (_unfinished == 0)
                return null;
            var joiner = new Waiter<bool>();
            _joiners.EnqueueHeld(joiner);
            return joiner;
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        Debug.Assert(Capacity == 0 || _items.Count <= Capacity, "Never more items than fit.");
        Debug.Assert(_items.Count == 0 || _takers.CountHeld == 0, "Nobody waits for an item while there is one.");
        Debug.Assert(_putters.CountHeld == 0 || _items.Count == Capacity, "Nobody waits for space while there is some.");
        Debug.Assert(!_completed || (_takers.CountHeld == 0 && _putters.CountHeld == 0), "Nobody waits for what will never come.");
        Debug.Assert(_unfinished >= _items.Count, "An item that is still in is not done.");
    }

    /// <summary>A waiting producer with its item. Told true once the item is in, false when the queue was completed first.</summary>
    private sealed class Putter(T item) : Waiter<bool>
    {
        public T Item { get; } = item;
    }
}
