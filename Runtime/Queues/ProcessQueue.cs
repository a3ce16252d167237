using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;
using Tandem.Workers;

namespace Tandem;

/// <summary>
/// A queue that processes share, for any number of producers and consumers in any of them: pass it to a worker as an argument, by itself or
/// inside another, and both sides have the same queue. First in, first out.
/// </summary>
/// <remarks>
/// <para>When <see cref="Put"/> returns, the item is in; no thread feeds it later, so a process may end at once. A process that dies inside Put or
/// Take, killed or not, leaves the queue whole: the item is in or out, never torn, and nobody waits for the dead.
/// What a process had taken before it died is gone with it. A taker waits until somebody puts or completes; a queue does not know who might,
/// so where all producers may die, take with a time-out or a token.</para>
/// <para>Items go as bytes of <typeparamref name="T"/>: unmanaged values, strings and arrays of unmanaged values raw, everything else through
/// System.Text.Json. Each taker gets an item of its own. The semantics are those of Python's <c>multiprocessing.JoinableQueue</c>, with
/// the end of the stream (<see cref="Complete"/>) of <see cref="System.Threading.Channels.Channel{T}"/>.</para>
/// <para>The memory is anonymous and gone with the last process that has it. It grows with the largest backlog and not beyond
/// (<see cref="DefaultByteCapacity"/> for the items, and 16 bytes an item); what is never touched takes none.</para>
/// </remarks>
/// <typeparam name="T">The type of the items.</typeparam>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed class ProcessQueue<T> : IDisposable, ISharedPrimitive<ProcessQueue<T>>
{
    /// <summary>How many bytes the items in a queue may take together, unless the constructor is told: 256 MiB.</summary>
    public const long DefaultByteCapacity = 256L << 20;

    private const string Name = "ProcessQueue";

    /// <summary>How many items fit into a queue without a limit of its own.</summary>
    private const long DefaultSlots = 4L << 20;

    private static readonly ulong s_kind = SharedMemoryKind.Of($"{Name}<{typeof(T)}>");

    /// <summary>This object's stand on the shared memory.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>The items; used inside the lease only.</summary>
    private readonly SharedRing _ring;

    /// <summary>Wait for asynchronous callers, each kind by itself: a producer must not stand in line behind a consumer that waits for it.</summary>
    private readonly AsyncLane<bool> _asyncPuts = new();

    private readonly AsyncLane<Taken<T>> _asyncTakes = new();

    private readonly AsyncLane<bool> _asyncJoins = new();

    /// <summary>Makes an empty queue.</summary>
    /// <param name="capacity">The number of items that fit before <see cref="Put"/> waits; 0 for as many as the memory holds.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="NotSupportedException">Items of type <typeparamref name="T"/> can't cross to another process; see the message.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessQueue(int capacity = 0)
        : this(capacity, DefaultByteCapacity)
    {
    }

    /// <summary>Makes an empty queue that holds the given number of bytes.</summary>
    /// <param name="capacity">The number of items that fit before <see cref="Put"/> waits; 0 for as many as the memory holds.</param>
    /// <param name="byteCapacity">The number of bytes that the items may take together, and one by itself.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative, or <paramref name="byteCapacity"/> is not positive.</exception>
    /// <exception cref="NotSupportedException">Items of type <typeparamref name="T"/> can't cross to another process; see the message.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessQueue(int capacity, long byteCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(byteCapacity);
        // Here, where nothing is lost yet: what Take cannot read is gone from the queue.
        Portability.CheckItem(typeof(T), $"{Name}<{DisplayName.Of(typeof(T))}>");
        var slots = capacity == 0 ? DefaultSlots : capacity;
        _lease = SharedMemoryTable.Add(SharedMemory.Create(s_kind, SharedRing.SizeFor(slots, byteCapacity)), Name);
        _ring = SharedRing.Create(_lease.Memory, capacity, slots, byteCapacity);
    }

    private ProcessQueue(SharedMemoryLease lease)
    {
        _ring = SharedRing.Attach(lease.Memory);
        _lease = lease;
    }

    static string ISharedPrimitive<ProcessQueue<T>>.Name => Name;

    static ulong ISharedPrimitive<ProcessQueue<T>>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<ProcessQueue<T>>.Lease => _lease;

    static ProcessQueue<T> ISharedPrimitive<ProcessQueue<T>>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>The number of items in the queue at this moment.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public int Count => Inside(static ring => ring.Count);

    /// <summary>The number of items that fit; 0 for as many as the memory holds.</summary>
    public int Capacity => _ring.Capacity;

    /// <summary>True once <see cref="Complete"/> was called and the last item has been taken.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public bool IsCompleted => Inside(static ring => ring.IsAtEnd);

    /// <summary>Puts an item in, and blocks while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not in.</param>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="ArgumentException">The item's bytes are more than fit into the queue, even when it is empty.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was full.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public void Put(T item, CancellationToken cancellationToken = default)
    {
        using var encoded = EncodedItem.Encode(item);
        PutEncoded(encoded, Limits(Deadline.Never, cancellationToken));
    }

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
    /// <exception cref="ArgumentException">The item's bytes are more than fit into the queue, even when it is empty.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public bool TryPut(T item, TimeSpan timeout = default)
    {
        var limits = Limits(Deadline.After(timeout), default);
        using var encoded = EncodedItem.Encode(item);
        return PutEncoded(encoded, limits);
    }

    /// <summary>Puts an item in, and waits without blocking the caller while the queue is full. One thread waits for all asynchronous producers, in their order.</summary>
    /// <param name="item">The item. Its bytes are taken at once, so it may change after the call.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not in.</param>
    /// <returns>A task that ends when the item is in.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed, before the call or while it waited; the item is not in.</exception>
    /// <exception cref="ArgumentException">The item's bytes are more than fit into the queue, even when it is empty.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the item was in.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public async ValueTask PutAsync(T item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var encoded = EncodedItem.Encode(item);
        if (_asyncPuts.IsBusy || !PutEncoded(encoded, Limits(Deadline.Passed, cancellationToken)))
            await _asyncPuts.Run(token => PutEncoded(encoded, Limits(Deadline.Never, token)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the next item, and blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed and is empty.</exception>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the queue was empty.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public T Take(CancellationToken cancellationToken = default) => Take(Limits(Deadline.Never, cancellationToken)).ItemOrThrow(Name);

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
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public bool TryTake([MaybeNullWhen(false)] out T item, TimeSpan timeout = default)
    {
        var taken = Take(Limits(Deadline.After(timeout), default));
        item = taken.Item;
        return taken.HasItem;
    }

    /// <summary>Takes the next item, and waits without blocking the caller while there is none. One thread waits for all asynchronous consumers of this process, in their order.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueCompletedException">The queue was completed and is empty.</exception>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before an item was taken.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public async ValueTask<T> TakeAsync(CancellationToken cancellationToken = default) =>
        (await TakeOrEndAsync(cancellationToken).ConfigureAwait(false)).ItemOrThrow(Name);

    /// <summary>Takes items as they come until the queue is completed and empty. Several may run at once; each item goes to one of them.</summary>
    /// <param name="cancellationToken">Ends the wait for the next item.</param>
    /// <returns>The items.</returns>
    /// <exception cref="InvalidDataException">What was taken is no <typeparamref name="T"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public async IAsyncEnumerable<T> TakeAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await TakeOrEndAsync(cancellationToken).ConfigureAwait(false) is { HasItem: true } taken)
            yield return taken.Item;
    }

    /// <summary>
    /// Says that no process will put any more items. What is in can still be taken; then takers learn of the end. Calling it again does nothing.
    /// It waits for whoever is putting at that moment, a process that is stopped (SIGSTOP, a debugger) in the middle of its Put included.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public void Complete() => Inside(ring =>
    {
        ring.Complete(Limits(Deadline.Never, default));
        return true;
    });

    /// <summary>Says that one taken item has been dealt with, in whichever process (<c>task_done</c> of Python's queues).</summary>
    /// <exception cref="InvalidOperationException">Called more often than items were put.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public void MarkDone()
    {
        if (!Inside(static ring => ring.TryMarkDone()))
            throw new InvalidOperationException("MarkDone was called more often than items were put into this ProcessQueue. Call it once for each item taken.");
    }

    /// <summary>Blocks until each item that was put has been marked done.</summary>
    /// <remarks>A process that dies between taking an item and marking it done leaves one that nobody marks; where that can happen, give a time-out or a token.</remarks>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public void Join() => Join(Timeout.InfiniteTimeSpan);

    /// <summary>Blocks for at most <paramref name="timeout"/> until each item that was put has been marked done.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>Whether all are done.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public bool Join(TimeSpan timeout) => Join(Limits(Deadline.After(timeout), default));

    /// <summary>Waits without blocking the caller until each item that was put has been marked done.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when all are done.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process, before the call or while it waited.</exception>
    public async ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Join(TimeSpan.Zero))
            await _asyncJoins.Run(token => Join(Limits(Deadline.Never, token)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lets go of the queue in this process; others that have it go on. Whoever waits for it through this object gets an
    /// <see cref="ObjectDisposedException"/>. Calling it again does nothing.
    /// </summary>
    public void Dispose()
    {
        if (!_lease.Memory.TryEnter())
            return;
        _lease.Dispose();
        _ring.WakeAll();
        _lease.Exit();
    }

    private WaitLimits Limits(Deadline deadline, CancellationToken cancellationToken) => new(deadline, cancellationToken, _lease);

    private bool PutEncoded(EncodedItem item, in WaitLimits limits)
    {
        var bytes = item.Bytes;
        if (bytes.Length > _ring.ByteCount)
            throw new ArgumentException($"An item of {bytes.Length:N0} bytes does not fit into this ProcessQueue, which holds {_ring.ByteCount:N0}. Make the queue with a greater byteCapacity, or put the item in pieces.", nameof(item));
        limits.CancellationToken.ThrowIfCancellationRequested();
        _lease.Enter();
        try
        {
            var isIn = _ring.Put(bytes, limits, out var isCompleted);
            if (isIn)
                item.MarkIn();
            return !isCompleted ? isIn : throw QueueCompletedException.OnPut(Name);
        }
        finally
        {
            _lease.Exit();
        }
    }

    private Taken<T> Take(in WaitLimits limits)
    {
        limits.CancellationToken.ThrowIfCancellationRequested();
        using var buffer = EncodedItem.Empty();
        _lease.Enter();
        try
        {
            if (!_ring.Take(buffer.Writer, limits))
                return default;
        }
        finally
        {
            _lease.Exit();
        }

        // Outside the lock: to make an object of the bytes may run anybody's code.
        return new Taken<T>(Payload.Read<T>(buffer.Bytes));
    }

    private async ValueTask<Taken<T>> TakeOrEndAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_asyncTakes.IsBusy)
        {
            var taken = Take(Limits(Deadline.Passed, cancellationToken));
            if (taken.HasItem || IsCompleted)
                return taken;
        }

        return await _asyncTakes.Run(token => Take(Limits(Deadline.Never, token)), cancellationToken).ConfigureAwait(false);
    }

    private bool Join(in WaitLimits limits)
    {
        _lease.Enter();
        try
        {
            return _ring.Join(limits);
        }
        finally
        {
            _lease.Exit();
        }
    }

    private TResult Inside<TResult>(Func<SharedRing, TResult> use)
    {
        _lease.Enter();
        try
        {
            return use(_ring);
        }
        finally
        {
            _lease.Exit();
        }
    }
}
