using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>
/// In which shared memory a thread is: it says so in a place of its own, so that to come and to go takes no interlocked operation. Hazard pointers
/// (M. Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", 2004), with the fence moved to the side that is rarely there.
/// </summary>
/// <remarks>
/// <para>A visitor says where it is, then looks whether the memory is closed. Who closes it says so, makes all processors order their accesses
/// (<see cref="Interlocked.MemoryBarrierProcessWide"/>), then looks who is there. So either the visitor sees that the memory is closed, or it is seen.</para>
/// <para>On its way out the visitor says that it is gone, then looks whether the memory is closed, and unmaps it if so: by the same order, either
/// it sees that, or it is no longer seen. Models/memory.pml checks it exhaustively, together with <see cref="SharedMemory"/>: change both or neither.</para>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)] // No two threads' places lie in one cache line.
internal sealed class MemoryVisitor
{
    private const int FirstPruning = 64;

    private static readonly Lock s_gate = new();

    /// <summary>Of every thread that has been a visitor. Weak, so that a place goes with its thread.</summary>
    private static readonly List<WeakReference<MemoryVisitor>> s_all = [];

    private static int s_pruneAt = FirstPruning;

    [ThreadStatic]
    private static MemoryVisitor? t_own;

    /// <summary>The number of the memory; 0 while it is in none. Written by its thread alone.</summary>
    [FieldOffset(56)]
    private long _memory;

    private MemoryVisitor()
    {
    }

    /// <summary>The calling thread.</summary>
    public static MemoryVisitor Own => t_own ?? Register();

    /// <summary>Says that the thread is there; false when it is somewhere already, for there is one place.</summary>
    public bool TryCome(long memory)
    {
        if (_memory != 0)
            return false;
        Volatile.Write(ref _memory, memory);
        return true;
    }

    public void Go() => Volatile.Write(ref _memory, 0);

    /// <summary>Whether some thread is there.</summary>
    public static bool IsAnyIn(long memory)
    {
        lock (s_gate)
        {
            foreach (var known in s_all)
            {
                if (known.TryGetTarget(out var visitor) && Volatile.Read(ref visitor._memory) == memory)
                    return true;
            }

            return false;
        }
    }

    private static MemoryVisitor Register()
    {
        var visitor = new MemoryVisitor();
        lock (s_gate)
        {
            if (s_all.Count >= s_pruneAt)
            {
                s_all.RemoveAll(static known => !known.TryGetTarget(out _));
                s_pruneAt = Math.Max(FirstPruning, 2 * s_all.Count);
            }

            s_all.Add(new(visitor));
        }

        return t_own = visitor;
    }
}
