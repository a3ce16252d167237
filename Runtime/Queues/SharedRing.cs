using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A ring of items in shared memory, for any number of producers and consumers in any number of processes: the two-lock queue of M. Michael and
/// M. Scott ("Simple, Fast, and Practical Non-Blocking and Blocking Concurrent Queue Algorithms", 1996) over an array of slots and an array of bytes.
/// </summary>
/// <remarks>
/// <para>What is in the ring is what lies between <see cref="State.Head"/> and <see cref="State.Tail"/>. Both only count up, and each moves by one
/// store: that store is the moment at which an item is in, or out. Everything else is written before it, where nobody looks yet, or is derived,
/// so there is no step at which a kill leaves anything to repair; a dead holder's lock is simply taken over.</para>
/// <para>Item n lies in slot (n − Base) modulo the number of slots. Whenever the ring is empty, Base moves up, so that slots and bytes are used
/// from their beginning again: the memory touched is that of the largest backlog, not that of all items ever put.</para>
/// <para>Used between the lease's Enter and Exit only. What other processes write is not trusted: the sizes are read and checked once, and the
/// numbers in a slot before each use.</para>
/// </remarks>
internal sealed unsafe class SharedRing
{
    private readonly State* _state;
    private readonly Slot* _slots;
    private readonly byte* _bytes;

    /// <summary>The number of slots, and so of items that fit.</summary>
    private readonly long _slotCount;

    private SharedRing(SharedMemory memory, long slotCount, long byteCount)
    {
        _state = memory.At<State>(0);
        _slots = memory.At<Slot>(sizeof(State), slotCount);
        _bytes = memory.At<byte>(sizeof(State) + (slotCount * sizeof(Slot)), byteCount);
        _slotCount = slotCount;
        ByteCount = byteCount;
        Capacity = _state->Capacity;
    }

    /// <summary>The number of bytes that the items may take together.</summary>
    public long ByteCount { get; }

    /// <summary>The limit that the queue was made with; 0 for none but the slots.</summary>
    public int Capacity { get; }

    /// <summary>Head first: it never overtakes the tail.</summary>
    public int Count
    {
        get
        {
            var head = Volatile.Read(ref _state->Head);
            return (int)Math.Clamp(Volatile.Read(ref _state->Tail) - head, 0, _slotCount);
        }
    }

    /// <summary>Nothing is in and nothing more will come. In this order: once completed, the tail stands.</summary>
    public bool IsAtEnd => IsCompleted && IsEmpty;

    private bool IsCompleted => Volatile.Read(ref _state->IsCompleted) != 0;

    private bool IsEmpty => Volatile.Read(ref _state->Head) == Volatile.Read(ref _state->Tail);

    /// <summary>No slot is free; the bytes may be used up before. Not clamped: damaged numbers must not look like a full ring, which one waits for.</summary>
    private bool IsFull => Volatile.Read(ref _state->Tail) - Volatile.Read(ref _state->Head) == _slotCount;

    private RobustLock PutLock => new(&_state->PutLock);

    private RobustLock TakeLock => new(&_state->TakeLock);

    /// <summary>Rung when an item is in, or the ring is completed.</summary>
    private Doorbell Items => new(&_state->Items);

    /// <summary>Rung when there is more space, or the ring is completed.</summary>
    private Doorbell Space => new(&_state->Space);

    /// <summary>Rung when all items are done.</summary>
    private Doorbell AllDone => new(&_state->AllDone);

    public static long SizeFor(long slotCount, long byteCount) => checked(sizeof(State) + (slotCount * sizeof(Slot)) + byteCount);

    public static SharedRing Create(SharedMemory memory, int capacity, long slotCount, long byteCount)
    {
        *memory.At<State>(0) = new State { Capacity = capacity, SlotCount = slotCount, ByteCount = byteCount };
        return new SharedRing(memory, slotCount, byteCount);
    }

    /// <exception cref="InvalidDataException">The sizes make no sense.</exception>
    public static SharedRing Attach(SharedMemory memory)
    {
        var (slotCount, byteCount) = (memory.At<State>(0)->SlotCount, memory.At<State>(0)->ByteCount);
        // The bound on each keeps their sum from overflowing; whether they lie within the memory is checked with the addresses.
        if (slotCount < 1 || byteCount < 1 || slotCount > memory.Size || byteCount > memory.Size)
            throw new InvalidDataException($"A ring of {slotCount} slots and {byteCount} bytes does not lie within shared memory of {memory.Size} bytes.");
        return new SharedRing(memory, slotCount, byteCount);
    }

    /// <summary>Puts an item in, and waits within the limits while it does not fit.</summary>
    /// <param name="item">The item's bytes, no more than <see cref="ByteCount"/>.</param>
    /// <param name="limits">What ends the wait.</param>
    /// <param name="isCompleted">The ring was completed; the item is not in.</param>
    /// <returns>Whether the item is in.</returns>
    public bool Put(ReadOnlySpan<byte> item, in WaitLimits limits, out bool isCompleted)
    {
        var attempt = new PutAttempt(this, item);
        var hasEnded = Space.WaitUntil(ref attempt, limits);
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
    public bool Take(IBufferWriter<byte> destination, in WaitLimits limits)
    {
        var attempt = new TakeAttempt(this, destination);
        if (!Items.WaitUntil(ref attempt, limits) || !attempt.HasItem)
            return false;
        Space.Ring();
        return true;
    }

    /// <summary>After this, nothing more is put: it waits for whoever is putting just now.</summary>
    public void Complete(in WaitLimits limits)
    {
        PutLock.Acquire(limits, out var hold);
        Volatile.Write(ref _state->IsCompleted, 1);
        PutLock.Release(hold.Ticket);
        WakeAll();
    }

    /// <summary>One item more is done; false when all are done already.</summary>
    public bool TryMarkDone()
    {
        while (true)
        {
            var done = Volatile.Read(ref _state->Done);
            if (done >= Volatile.Read(ref _state->Tail))
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

    private bool TryAppendHeld(ReadOnlySpan<byte> item)
    {
        AssertInvariants();
        var tail = _state->Tail;
        var head = Volatile.Read(ref _state->Head);
        var count = CountBetween(head, tail);
        if (count == _slotCount)
            return false;
        long start = 0;
        if (count == 0)
        {
            // Nobody reads a slot of an empty ring.
            _state->Base = tail;
            CrashPoint.Reach("put: base moved");
        }
        else
        {
            // Should consumers take these two meanwhile, their slots stay as they are: only we write slots.
            var first = SlotOf(head);
            var last = SlotOf(tail - 1);
            start = last.Start + last.Length;
            var used = start - first.Start;
            if (used < 0 || used > ByteCount)
                throw Damaged();
            if (item.Length > ByteCount - used)
                return false;
        }

        *SlotAt(tail) = new Slot { Start = start, Length = item.Length };
        var offset = start % ByteCount;
        var whole = (int)Math.Min(item.Length, ByteCount - offset);
        item[..whole].CopyTo(new Span<byte>(_bytes + offset, whole));
        item[whole..].CopyTo(new Span<byte>(_bytes, item.Length - whole));
        CrashPoint.Reach("put: written, not in");
        Volatile.Write(ref _state->Tail, tail + 1);
        CrashPoint.Reach("put: in, lock held");
        return true;
    }

    private bool TryRemoveHeld(IBufferWriter<byte> destination)
    {
        AssertInvariants();
        var head = _state->Head;
        if (CountBetween(head, Volatile.Read(ref _state->Tail)) == 0)
            return false;
        var slot = SlotOf(head);
        var length = (int)slot.Length;
        var offset = slot.Start % ByteCount;
        var whole = (int)Math.Min(length, ByteCount - offset);
        var target = destination.GetSpan(length);
        new ReadOnlySpan<byte>(_bytes + offset, whole).CopyTo(target);
        new ReadOnlySpan<byte>(_bytes, length - whole).CopyTo(target[whole..]);
        destination.Advance(length);
        CrashPoint.Reach("take: copied, still in");
        Volatile.Write(ref _state->Head, head + 1);
        CrashPoint.Reach("take: out, lock held");
        return true;
    }

    private long CountBetween(long head, long tail) => tail - head is >= 0 and var count && count <= _slotCount ? count : throw Damaged();

    private Slot* SlotAt(long item) => _slots + ((ulong)(item - _state->Base) % (ulong)_slotCount);

    private Slot SlotOf(long item)
    {
        var slot = *SlotAt(item);
        return slot.Start >= 0 && slot.Length >= 0 && slot.Length <= Math.Min(ByteCount, int.MaxValue) ? slot : throw Damaged();
    }

    private static InvalidDataException Damaged() =>
        new("The shared memory of this ProcessQueue is damaged: its numbers contradict each other. Some process has written where it must not.");

    /// <summary>Throws where others would assert: the numbers are not ours alone, and a test may damage them on purpose.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(PutLock.IsHeldHere || TakeLock.IsHeldHere);
        var tail = Volatile.Read(ref _state->Tail);
        if (Volatile.Read(ref _state->Done) > tail || _state->Base > tail)
            throw Damaged();
    }

    /// <summary>Where the bytes of one item lie.</summary>
    private struct Slot
    {
        /// <summary>Counted from where the ring last began anew; modulo the number of bytes it is the offset.</summary>
        public long Start;

        public long Length;
    }

    /// <summary>What lies at the beginning of the memory. What producers write, what consumers write and what all write is a cache line apart.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    private struct State
    {
        /// <summary>These three are written once, before the ring is passed on.</summary>
        [FieldOffset(0)]
        public long SlotCount;

        [FieldOffset(8)]
        public long ByteCount;

        [FieldOffset(16)]
        public int Capacity;

        /// <summary>1 once no more items will be put. Written under <see cref="PutLock"/>.</summary>
        [FieldOffset(20)]
        public int IsCompleted;

        [FieldOffset(64)]
        public long PutLock;

        /// <summary>How many items have ever been put. Written under <see cref="PutLock"/>.</summary>
        [FieldOffset(128)]
        public long Tail;

        /// <summary>The number of the item that lies in the first slot. Written under <see cref="PutLock"/>, while the ring is empty.</summary>
        [FieldOffset(136)]
        public long Base;

        [FieldOffset(192)]
        public long TakeLock;

        /// <summary>How many items have ever been taken. Written under <see cref="TakeLock"/>.</summary>
        [FieldOffset(256)]
        public long Head;

        /// <summary>How many items have been marked done.</summary>
        [FieldOffset(320)]
        public long Done;

        [FieldOffset(384)]
        public Doorbell.State Items;

        [FieldOffset(448)]
        public Doorbell.State Space;

        [FieldOffset(512)]
        public Doorbell.State AllDone;
    }

    private ref struct PutAttempt(SharedRing ring, ReadOnlySpan<byte> item) : IAttempt
    {
        private readonly ReadOnlySpan<byte> _item = item;

        public bool IsCompleted { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            // Seen without the lock: those who wait for space do not get in the way of those who put.
            if (ring.IsFull && !ring.IsCompleted)
                return false;
            if (!ring.PutLock.Acquire(limits.ForInternalLock, out var hold))
                return false;
            try
            {
                IsCompleted = ring.IsCompleted;
                return IsCompleted || ring.TryAppendHeld(_item);
            }
            finally
            {
                ring.PutLock.Release(hold.Ticket);
                CrashPoint.Reach("put: lock freed, bell not rung");
            }
        }
    }

    private struct TakeAttempt(SharedRing ring, IBufferWriter<byte> destination) : IAttempt
    {
        /// <summary>False when the attempt ended because there will be no item.</summary>
        public bool HasItem { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            if (ring.IsAtEnd)
                return true;
            if (ring.IsEmpty)
                return false;
            if (!ring.TakeLock.Acquire(limits.ForInternalLock, out var hold))
                return false;
            try
            {
                HasItem = ring.TryRemoveHeld(destination);
                return HasItem;
            }
            finally
            {
                ring.TakeLock.Release(hold.Ticket);
                CrashPoint.Reach("take: lock freed, bell not rung");
            }
        }
    }

    private readonly struct JoinAttempt(SharedRing ring) : IAttempt
    {
        /// <summary>Done first: it never overtakes the tail.</summary>
        public bool Try(in WaitLimits limits)
        {
            var done = Volatile.Read(ref ring._state->Done);
            return done == Volatile.Read(ref ring._state->Tail);
        }
    }
}
