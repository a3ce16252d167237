using System.Diagnostics;
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
public sealed partial class ThreadQueue<T>
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
    /// <param name="comparer">Orders the items of a <see cref="QueueOrder.Priority"/> queue; by default their own comparison. Runs while an item is put and the queue is locked, so it must not use the queue. Where it throws, that put throws, and the item is not in.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative, or <paramref name="order"/> is none of its values.</exception>
    /// <exception cref="ArgumentException">The order is <see cref="QueueOrder.Priority"/>, <typeparamref name="T"/> has no comparison of its own (a tuple has none unless all its members have), and no comparer was given.</exception>
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
}
