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
public sealed partial class ProcessQueue<T> : IDisposable, IProcessWaitable, ISharedPrimitive<ProcessQueue<T>>
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

    /// <summary>Waits for asynchronous callers, as the lanes of the putters and of the takers do; each by itself, for a putter must not stand in line behind a taker that waits for it.</summary>
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
    /// <param name="byteCapacity">The number of bytes that the items may take together. A larger item goes through in pieces, while somebody takes them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative, or <paramref name="byteCapacity"/> is not positive.</exception>
    /// <exception cref="NotSupportedException">Items of type <typeparamref name="T"/> can't cross to another process; see the message.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessQueue(int capacity, long byteCapacity)
        : this(capacity, byteCapacity, name: null)
    {
    }

    /// <summary>Opens the queue of this name, or makes it: for processes of one user that are not related. It is gone, with what is in it, with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="capacity">The number of items that fit before <see cref="Put"/> waits; 0 for as many as the memory holds.</param>
    /// <param name="byteCapacity">The number of bytes that the items may take together. A larger item goes through in pieces, while somebody takes them.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the queue that is there has another capacity.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative, or <paramref name="byteCapacity"/> is not positive.</exception>
    /// <exception cref="InvalidDataException">The queue that is there has items of another type.</exception>
    /// <exception cref="NotSupportedException">Items of type <typeparamref name="T"/> can't cross to another process; see the message.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public ProcessQueue(string name, int capacity = 0, long byteCapacity = DefaultByteCapacity)
        : this(capacity, byteCapacity, name ?? throw new ArgumentNullException(nameof(name)))
    {
    }

    private ProcessQueue(int capacity, long byteCapacity, string? name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(byteCapacity);
        // Here, where nothing is lost yet: what Take cannot read is gone from the queue.
        Portability.CheckItem(typeof(T), $"{Name}<{DisplayName.Of(typeof(T))}>");
        var slots = capacity == 0 ? DefaultSlots : capacity;
        _lease = SharedMemoryTable.Make(name, s_kind, RingLayout.SizeFor(slots, byteCapacity), Name, memory => RingLayout.Create(memory, 0, capacity, slots, byteCapacity));
        _ring = SharedRing.Attach(_lease.Memory, 0);
        (_inlet, _outlet) = Ends();
        if (_ring.Capacity != capacity || _ring.ByteCount != byteCapacity)
            throw _lease.Differs(name, $"has capacity {_ring.Capacity} and {_ring.ByteCount:N0} bytes", nameof(capacity));
    }

    private ProcessQueue(SharedMemoryLease lease)
    {
        _ring = SharedRing.Attach(lease.Memory, 0);
        _lease = lease;
        (_inlet, _outlet) = Ends();
    }

    static string ISharedPrimitive<ProcessQueue<T>>.Name => Name;

    static ulong ISharedPrimitive<ProcessQueue<T>>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<ProcessQueue<T>>.Lease => _lease;

    IWaitTarget IProcessWaitable.Target => new RingWaitTarget(_ring, _lease);

    static ProcessQueue<T> ISharedPrimitive<ProcessQueue<T>>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>The number of items in the queue at this moment.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public int Count => Inside(static ring => ring.Count);

    /// <summary>The number of items that fit; 0 for as many as the memory holds.</summary>
    public int Capacity => _ring.Capacity;

    /// <summary>True once <see cref="Complete"/> was called and the last item has been taken.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public bool IsCompleted => Inside(static ring => ring.IsAtEnd);

    /// <summary>
    /// Says that no process will put any more items. What is in can still be taken; then takers learn of the end. Calling it again does nothing.
    /// It waits for nobody: whoever is putting at that moment has his item in by then or gets a <see cref="QueueCompletedException"/>, a process that is
    /// stopped (SIGSTOP, a debugger) in the middle of its Put included.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed in this process.</exception>
    public void Complete() => Inside(static ring =>
    {
        ring.Complete();
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

    private (RingInlet<T> Inlet, RingOutlet<T> Outlet) Ends()
    {
        var limits = Limits(Deadline.Never, default);
        return (new(_ring, limits, static () => QueueCompletedException.OnPut(Name)), new(_ring, limits));
    }

    private WaitLimits Limits(Deadline deadline, CancellationToken cancellationToken) => new(deadline, cancellationToken, _lease);

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

    private TResult Inside<TResult>(Func<SharedRing, TResult> use) => _lease.Inside(_ring, use);
}
