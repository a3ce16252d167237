using System.Buffers;
using System.Diagnostics;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// The items in the shared memory of a <see cref="SharedRing"/>: how one goes in, and how one comes out. An array of slots says where in an array of
/// bytes each item lies.
/// </summary>
/// <remarks>
/// <para>What is in lies between <see cref="RingLayout.State.Head"/> and <see cref="RingLayout.State.Tail"/>. Both only count up, and each moves in one
/// step: that step is the moment at which an item is in, or out. Everything else is written before it, where nobody looks yet, or is derived,
/// so there is no step at which a kill leaves anything to repair; a dead holder's lock is simply taken over.</para>
/// <para>That nothing more will be put is one bit of the tail: so an item is in before that or not at all, and nobody waits for a putter that is stopped.
/// The protocol, deaths included, is checked exhaustively in Platform/Models/ring.pml.</para>
/// <para>Item n lies in slot (n − Base) modulo the number of slots. Whenever the ring is empty, Base moves up, so that slots and bytes are used
/// from their beginning again: the memory touched is that of the largest backlog, not that of all items ever put.</para>
/// <para>What other processes write is not trusted: the sizes are read and checked once, and the numbers in a slot before each use.</para>
/// </remarks>
internal sealed unsafe class RingItems(SharedMemory memory, long offset, long slotCount, long byteCount)
{
    /// <summary>See <see cref="RingLayout.State.Tail"/>.</summary>
    private const long CompletedBit = long.MinValue;

    private readonly RingLayout.State* _state = memory.At<RingLayout.State>(offset);
    private readonly RingLayout.Slot* _slots = RingLayout.SlotsIn(memory, offset, slotCount);
    private readonly byte* _bytes = RingLayout.BytesIn(memory, offset, slotCount, byteCount);

    /// <summary>The number of slots, and so of items that fit.</summary>
    private readonly long _slotCount = slotCount;

    /// <summary>The number of bytes that the items may take together.</summary>
    public long ByteCount { get; } = byteCount;

    /// <summary>Head first: it never overtakes the tail.</summary>
    public int Count
    {
        get
        {
            var head = Volatile.Read(ref _state->Head);
            return (int)Math.Clamp(Tail - head, 0, _slotCount);
        }
    }

    public bool IsEmpty => Volatile.Read(ref _state->Head) == Tail;

    /// <summary>Nothing more will be put.</summary>
    public bool IsCompleted => Volatile.Read(ref _state->Tail) < 0;

    /// <summary>How many have ever been put.</summary>
    public long Tail => Volatile.Read(ref _state->Tail) & ~CompletedBit;

    /// <summary>No slot is free; the bytes may be used up before. Not clamped: damaged numbers must not look like a full ring, which one waits for.</summary>
    public bool IsFull => Tail - Volatile.Read(ref _state->Head) == _slotCount;

    /// <summary>What the next to be taken is. There must be one, and it needs the lock of those who take.</summary>
    /// <exception cref="InvalidDataException">The memory is damaged.</exception>
    public RingPart NextPartHeld => SlotOf(_state->Head).Part;

    /// <summary>From here on nothing is put any more, by whoever is in the middle of it either.</summary>
    public void Complete() => Interlocked.Or(ref _state->Tail, CompletedBit);

    /// <summary>Puts the item, or the piece of one, in if it fits and the ring is not completed. Needs the lock of those who put.</summary>
    /// <exception cref="InvalidDataException">The memory is damaged.</exception>
    public bool TryAppendHeld(ReadOnlySpan<byte> item, RingPart part = RingPart.Whole)
    {
        AssertInvariants();
        var tail = Tail;
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
            // Two numbers near their upper end add up to a negative one, whose offset would lie before the memory.
            if (start < 0 || used < 0 || used > ByteCount)
                throw Damaged();
            if (item.Length > ByteCount - used)
                return false;
        }

        *SlotAt(tail) = new RingLayout.Slot { Start = start, Length = item.Length, Part = part };
        var offset = start % ByteCount;
        var whole = (int)Math.Min(item.Length, ByteCount - offset);
        item[..whole].CopyTo(new Span<byte>(_bytes + offset, whole));
        item[whole..].CopyTo(new Span<byte>(_bytes, item.Length - whole));
        CrashPoint.Reach("put: written, not in");
        // Only a completion changes the tail under our lock.
        if (Interlocked.CompareExchange(ref _state->Tail, tail + 1, tail) != tail)
            return false;
        CrashPoint.Reach("put: in, lock held");
        return true;
    }

    /// <summary>Takes back what was put since the tail stood there, if nobody has begun to take it. Needs both locks.</summary>
    public void TakeBackHeld(long tail)
    {
        var seen = Volatile.Read(ref _state->Tail);
        while (_state->Head <= tail && Interlocked.CompareExchange(ref _state->Tail, tail | (seen & CompletedBit), seen) is var before && before != seen)
            seen = before;
    }

    /// <summary>Takes the next item, or piece of one, out if there is one. Needs the lock of those who take.</summary>
    /// <exception cref="InvalidDataException">The memory is damaged.</exception>
    public bool TryRemoveHeld(IBufferWriter<byte> destination, out RingPart part)
    {
        AssertInvariants();
        part = default;
        var head = _state->Head;
        if (CountBetween(head, Tail) == 0)
            return false;
        var slot = SlotOf(head);
        var length = slot.Length;
        part = slot.Part;
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

    private RingLayout.Slot* SlotAt(long item) => _slots + ((ulong)(item - _state->Base) % (ulong)_slotCount);

    private RingLayout.Slot SlotOf(long item)
    {
        var slot = *SlotAt(item);
        return slot.Start >= 0 && slot.Length >= 0 && slot.Length <= ByteCount && slot.Part is >= RingPart.Whole and <= RingPart.Last ? slot : throw Damaged();
    }

    private static InvalidDataException Damaged() =>
        new("The shared memory of this ProcessQueue is damaged: its numbers contradict each other. Some process has written where it must not.");

    /// <summary>Throws where others would assert: the numbers are not ours alone, and a test may damage them on purpose.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        var tail = Tail;
        if (Volatile.Read(ref _state->Done) > tail || _state->Base > tail)
            throw Damaged();
    }
}
