using System.Buffers;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A ring of items in shared memory, for any number of producers and consumers in any number of processes: the two-lock queue of M. Michael and
/// M. Scott ("Simple, Fast, and Practical Non-Blocking and Blocking Concurrent Queue Algorithms", 1996). Here are the locks and the waiting;
/// <see cref="RingItems"/> has the items, <see cref="RingLayout"/> the memory. How an item crosses that is larger than the ring, and how several cross at once, stands in the other parts.
/// </summary>
/// <remarks>Used between the lease's Enter and Exit only.</remarks>
internal sealed unsafe partial class SharedRing
{
    private readonly RingLayout.State* _state;
    private readonly RingItems _items;

    /// <summary>What waiting for items, and for space, has taught this process. Threads that change it at once lose a lesson, and no more.</summary>
    private AdaptiveSpin _itemSpin, _spaceSpin;

    private SharedRing(SharedMemory memory, long offset, long slotCount, long byteCount, int capacity)
    {
        _state = memory.At<RingLayout.State>(offset);
        _items = new RingItems(memory, offset, slotCount, byteCount);
        Capacity = capacity;
    }

    /// <summary>The number of bytes that the items may take together.</summary>
    public long ByteCount => _items.ByteCount;

    /// <summary>The limit that the queue was made with; 0 for none but the slots.</summary>
    public int Capacity { get; }

    public int Count => _items.Count;

    /// <summary>Nothing is in and nothing more will come. In this order: once completed, the tail stands.</summary>
    public bool IsAtEnd => IsCompleted && _items.IsEmpty;

    private bool IsCompleted => _items.IsCompleted;

    private RobustLock PutLock => new(&_state->PutLock);

    private RobustLock TakeLock => new(&_state->TakeLock);

    /// <summary>Whether there is something to take, or will be nothing any more.</summary>
    public bool HasItemOrEnd => !_items.IsEmpty || IsCompleted;

    /// <summary>Rung when an item is in, or the ring is completed.</summary>
    public Doorbell Items => new(&_state->Items);

    /// <summary>Rung when there is more space, or the ring is completed.</summary>
    private Doorbell Space => new(&_state->Space);

    /// <summary>Rung when all items are done.</summary>
    private Doorbell AllDone => new(&_state->AllDone);

    /// <exception cref="InvalidDataException">The sizes make no sense.</exception>
    public static SharedRing Attach(SharedMemory memory, long offset)
    {
        var (slotCount, byteCount, capacity) = RingLayout.ReadSizes(memory, offset);
        return new SharedRing(memory, offset, slotCount, byteCount, capacity);
    }

    /// <summary>Puts an item in, and waits within the limits while it does not fit.</summary>
    /// <param name="item">The item's bytes; in pieces, where they are more than the ring holds.</param>
    /// <param name="limits">What ends the wait.</param>
    /// <param name="isCompleted">The ring was completed; the item is not in.</param>
    /// <returns>Whether the item is in.</returns>
    public bool Put(ReadOnlySpan<byte> item, in WaitLimits limits, out bool isCompleted)
    {
        if (item.Length > _items.ByteCount)
            return PutInPieces(item, limits, out isCompleted);
        var attempt = new PutAttempt(this, item);
        var hasEnded = Space.WaitUntil(ref attempt, limits, ref _spaceSpin);
        isCompleted = attempt.IsCompleted;
        if (!hasEnded || isCompleted)
            return false;
        Items.Ring();
        return true;
    }

    /// <summary>Takes the next item out, and waits within the limits while there is none.</summary>
    /// <param name="destination">Gets the item's bytes.</param>
    /// <param name="limits">What ends the wait.</param>
    /// <returns>Whether an item was taken; false at the deadline, and at the end of a completed ring.</returns>
    public bool Take(ArrayBufferWriter<byte> destination, in WaitLimits limits)
    {
        var attempt = new TakeAttempt(this, destination);
        if (!Items.WaitUntil(ref attempt, limits, ref _itemSpin) || !attempt.HasItem)
            return false;
        Space.Ring();
        return true;
    }

    /// <summary>Waits within the limits until there is something to take, or will be nothing any more; takes nothing.</summary>
    public bool WaitForItem(in WaitLimits limits)
    {
        var attempt = new LookAttempt(this);
        return Items.WaitUntil(ref attempt, limits, ref _itemSpin);
    }

    /// <summary>Takes the next item out, all its pieces if it has several. Needs the lock of those who take.</summary>
    private bool TryRemoveHeld(ArrayBufferWriter<byte> destination, in WaitLimits limits)
    {
        if (!_items.TryRemoveHeld(destination, out var part))
            return false;
        return part == RingPart.Whole || TryRemovePiecesHeld(part, destination, limits);
    }

    /// <summary>After this nothing more is put. It waits for nobody.</summary>
    public void Complete()
    {
        MarkCompleted();
        WakeAll();
    }

    /// <summary>As <see cref="Complete"/>, but nobody is woken yet.</summary>
    public void MarkCompleted()
    {
        _items.Complete();
        CrashPoint.Reach("complete: done, nobody woken yet");
    }

    /// <summary>One item more is done; false when all are done already.</summary>
    public bool TryMarkDone()
    {
        while (true)
        {
            var done = Volatile.Read(ref _state->Done);
            if (done >= _items.Tail)
                return false;
            if (Interlocked.CompareExchange(ref _state->Done, done + 1, done) != done)
                continue;
            AllDone.Ring();
            return true;
        }
    }

    /// <summary>Waits within the limits until all items are done.</summary>
    public bool Join(in WaitLimits limits)
    {
        var attempt = new JoinAttempt(this);
        return AllDone.WaitUntil(ref attempt, limits);
    }

    /// <summary>Makes all who wait look again, at their limits too.</summary>
    public void WakeAll()
    {
        Items.RingAll();
        Space.RingAll();
        AllDone.RingAll();
        PutLock.WakeAll();
        TakeLock.WakeAll();
    }

    private ref struct PutAttempt(SharedRing ring, ReadOnlySpan<byte> item) : IAttempt
    {
        private readonly ReadOnlySpan<byte> _item = item;

        public bool IsCompleted { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            // Seen without the lock: those who wait for space do not get in the way of those who put.
            if (ring._items.IsFull && !ring.IsCompleted)
                return false;
            if (!ring.PutLock.AcquireInternal(limits, out var hold))
                return false;
            try
            {
                if (ring._items.TryAppendHeld(_item))
                    return true;
                IsCompleted = ring.IsCompleted;
                return IsCompleted;
            }
            finally
            {
                ring.PutLock.Release(hold.Ticket);
                CrashPoint.Reach("put: lock freed, bell not rung");
            }
        }
    }

    private struct TakeAttempt(SharedRing ring, ArrayBufferWriter<byte> destination) : IAttempt
    {
        /// <summary>False when the attempt ended because there will be no item.</summary>
        public bool HasItem { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            if (ring.IsAtEnd)
                return true;
            if (ring._items.IsEmpty)
                return false;
            if (!ring.TakeLock.AcquireInternal(limits, out var hold))
                return false;
            try
            {
                HasItem = ring.TryRemoveHeld(destination, limits);
                // Another may have taken the last item of a completed ring meanwhile; nobody rings for that.
                return HasItem || ring.IsAtEnd;
            }
            finally
            {
                ring.TakeLock.Release(hold.Ticket);
                CrashPoint.Reach("take: lock freed, bell not rung");
            }
        }
    }

    private readonly struct LookAttempt(SharedRing ring) : IAttempt
    {
        public bool Try(in WaitLimits limits) => ring.HasItemOrEnd;
    }

    private readonly struct JoinAttempt(SharedRing ring) : IAttempt
    {
        /// <summary>Done first: it never overtakes the tail.</summary>
        public bool Try(in WaitLimits limits)
        {
            var done = Volatile.Read(ref ring._state->Done);
            return done == ring._items.Tail;
        }
    }
}
