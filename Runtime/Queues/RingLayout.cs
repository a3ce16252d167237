using System.Runtime.InteropServices;
using Tandem.Platform;

namespace Tandem;

/// <summary>What lies where in the shared memory of a <see cref="SharedRing"/>: the ring's state, then its slots, then its bytes.</summary>
internal static unsafe class RingLayout
{
    /// <summary>How many bytes a ring takes, up to where another may begin.</summary>
    public static long SizeFor(long slotCount, long byteCount) => checked(sizeof(State) + (slotCount * sizeof(Slot)) + byteCount + CacheLine - 1) & ~(CacheLine - 1);

    private const long CacheLine = 64;

    /// <summary>Lays out an empty ring on new memory.</summary>
    public static void Create(SharedMemory memory, long offset, int capacity, long slotCount, long byteCount) =>
        *memory.At<State>(offset) = new State { Capacity = capacity, SlotCount = slotCount, ByteCount = byteCount };

    /// <summary>The sizes that the memory tells of itself, checked; whether slots and bytes lie within the memory is checked with their addresses.</summary>
    /// <exception cref="InvalidDataException">The sizes make no sense.</exception>
    public static (long SlotCount, long ByteCount, int Capacity) ReadSizes(SharedMemory memory, long offset)
    {
        var state = memory.At<State>(offset);
        var (slotCount, byteCount, capacity) = (state->SlotCount, state->ByteCount, state->Capacity);
        // The bound on each keeps their sum from overflowing.
        if (slotCount < 1 || byteCount < 1 || slotCount > memory.Size || byteCount > memory.Size || (capacity != 0 && capacity != slotCount))
            throw new InvalidDataException($"A ring of {slotCount} slots, {byteCount} bytes and capacity {capacity} does not lie within shared memory of {memory.Size} bytes.");
        return (slotCount, byteCount, capacity);
    }

    public static Slot* SlotsIn(SharedMemory memory, long offset, long slotCount) => memory.At<Slot>(offset + sizeof(State), slotCount);

    public static byte* BytesIn(SharedMemory memory, long offset, long slotCount, long byteCount) => memory.At<byte>(offset + sizeof(State) + (slotCount * sizeof(Slot)), byteCount);

    /// <summary>Where the bytes of one item lie, or of one piece of an item that is larger than the ring.</summary>
    public struct Slot
    {
        /// <summary>Counted from where the ring last began anew; modulo the number of bytes it is the offset.</summary>
        public long Start;

        public int Length;

        public RingPart Part;
    }

    /// <summary>What lies at the beginning of the memory. What producers write, what consumers write and what all write is a cache line apart.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    public struct State
    {
        /// <summary>These three are written once, before the ring is passed on.</summary>
        [FieldOffset(0)]
        public long SlotCount;

        [FieldOffset(8)]
        public long ByteCount;

        [FieldOffset(16)]
        public int Capacity;

        [FieldOffset(64)]
        public long PutLock;

        /// <summary>How many items have ever been put, written under <see cref="PutLock"/>; and in the highest bit, written by anybody, that no more will be.</summary>
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
}
