using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A value in shared memory that is read and written whole, whatever its size, whoever else writes, and whoever is killed meanwhile.
/// </summary>
/// <remarks>
/// <para>What the processor stores in one piece is stored so. A larger value has two places and a number of its writes: a writer fills the place
/// that is not in use, then counts the write, which puts that place in use. So a kill leaves the old value or the new one.</para>
/// <para>A reader takes no lock: the place it copies from is written again only after another write has been counted, and then it copies anew
/// (L. Lamport, "Concurrent Reading and Writing", 1977).</para>
/// </remarks>
/// <param name="memory">Lends the addresses; whoever has a cell keeps it reachable.</param>
/// <param name="offset">Where the cell lies in it.</param>
internal readonly unsafe struct SharedCell<T>(SharedMemory memory, long offset)
    where T : unmanaged
{
    /// <summary>How often a reader tries while others write, before it keeps them from writing.</summary>
    private const int MostTries = 100;

    private readonly State* _state = memory.Lend<State>(offset, 1);
    private readonly byte* _places = memory.Lend<byte>(offset + sizeof(State), 2 * PlaceSize);

    /// <summary>How many bytes a cell takes.</summary>
    public static long Size => sizeof(State) + (2 * PlaceSize);

    private static bool IsAtomic => sizeof(T) is sizeof(byte) or sizeof(short) or sizeof(int) or sizeof(long);

    /// <summary>Both begin where the largest words may lie.</summary>
    private static long PlaceSize => (sizeof(T) + 7L) & ~7L;

    /// <summary>
    /// Keeps others from writing, for the time of a copy. Taken and released during one visit: on memory that was let go of in between,
    /// it could not be released any more, and the holder lives.
    /// </summary>
    private RobustLock WriteLock => new(&_state->WriteLock);

    /// <summary>Sets the value while nobody else has the memory.</summary>
    public void Begin(T value) => *PlaceOf(0) = value;

    public T Read(SharedMemoryLease lease)
    {
        if (IsAtomic)
            return ReadWord(_places);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var writes = Volatile.Read(ref _state->Writes);
            var value = *PlaceOf(writes);
            Volatile.ReadBarrier();
            if (Volatile.Read(ref _state->Writes) == writes)
                return value;
        }

        using var visit = lease.Visit();
        WriteLock.Acquire(Limits(lease), out var hold);
        try
        {
            return *PlaceOf(_state->Writes);
        }
        finally
        {
            WriteLock.Release(hold.Ticket);
        }
    }

    public void Write(T value, SharedMemoryLease lease)
    {
        if (IsAtomic)
        {
            WriteWord(_places, value);
            return;
        }

        using var visit = lease.Visit();
        WriteLock.Acquire(Limits(lease), out var hold);
        try
        {
            var next = _state->Writes + 1;
            *PlaceOf(next) = value;
            CrashPoint.Reach("cell: written, not counted");
            Volatile.Write(ref _state->Writes, next);
        }
        finally
        {
            WriteLock.Release(hold.Ticket);
        }
    }

    private static WaitLimits Limits(SharedMemoryLease lease) => new(Deadline.Never, default, lease);

    private static T ReadWord(byte* at) => sizeof(T) switch
    {
        sizeof(byte) => Unsafe.BitCast<byte, T>(Volatile.Read(ref *at)),
        sizeof(short) => Unsafe.BitCast<short, T>(Volatile.Read(ref *(short*)at)),
        sizeof(int) => Unsafe.BitCast<int, T>(Volatile.Read(ref *(int*)at)),
        _ => Unsafe.BitCast<long, T>(Volatile.Read(ref *(long*)at)),
    };

    private static void WriteWord(byte* at, T value)
    {
        switch (sizeof(T))
        {
            case sizeof(byte): Volatile.Write(ref *at, Unsafe.BitCast<T, byte>(value)); break;
            case sizeof(short): Volatile.Write(ref *(short*)at, Unsafe.BitCast<T, short>(value)); break;
            case sizeof(int): Volatile.Write(ref *(int*)at, Unsafe.BitCast<T, int>(value)); break;
            default: Volatile.Write(ref *(long*)at, Unsafe.BitCast<T, long>(value)); break;
        }
    }

    private T* PlaceOf(long writes) => (T*)(_places + ((writes & 1) * PlaceSize));

    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        /// <summary>See <see cref="RobustLock"/>.</summary>
        public long WriteLock;

        /// <summary>How often the value has been written; the lowest bit says which place is in use. Written under the lock.</summary>
        public long Writes;
    }
}
