using Tandem.Platform;

namespace Tandem;

/// <summary>What lies where in the shared memory of a pipe: who holds each end, then a ring for each direction.</summary>
internal static unsafe class PipeLayout
{
    /// <summary>What may wait at each end. Larger items go in pieces; untouched pages take no memory.</summary>
    private const long Slots = 4096, Bytes = 1 << 20;

    private const long HoldersSize = 256;

    private static readonly long s_ringSize = RingLayout.SizeFor(Slots, Bytes);

    public static long Size => (2 * HoldersSize) + (2 * s_ringSize);

    /// <summary>Lays out a pipe on new memory.</summary>
    public static void Create(SharedMemory memory)
    {
        RingLayout.Create(memory, RingOffset(0), 0, Slots, Bytes);
        RingLayout.Create(memory, RingOffset(1), 0, Slots, Bytes);
    }

    public static PipeHolders HoldersOf(int side, SharedMemory memory) => new(memory.At<PipeHolders.State>(side * HoldersSize));

    /// <summary>The ring that has what this end sends.</summary>
    /// <exception cref="InvalidDataException">The sizes make no sense.</exception>
    public static SharedRing RingFrom(int side, SharedMemory memory) => SharedRing.Attach(memory, RingOffset(side));

    private static long RingOffset(int side) => (2 * HoldersSize) + (side * s_ringSize);
}
