using Tandem.Platform;

namespace Tandem;

/// <summary>
/// Says to the others at a <see cref="ProcessBarrier"/> that this process has it too, so that its death breaks the barrier. One for all objects
/// of this process on one memory; it ends with the last of them, or with the process when that ends in order.
/// </summary>
internal sealed class BarrierMembership
{
    /// <summary>Guards the table and the counts.</summary>
    private static readonly Lock s_gate = new();

    private static readonly Dictionary<UInt128, BarrierMembership> s_all = [];

    /// <summary>Keeps the memory open for as long as the place in it is taken.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>Which place; -1 for none.</summary>
    private readonly int _place;

    /// <summary>How many objects stand for it.</summary>
    private int _objects;

    static BarrierMembership() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => LeaveInOrder();

    private BarrierMembership(SharedMemory memory)
    {
        _lease = SharedMemoryTable.Share(memory, nameof(ProcessBarrier));
        _place = BarrierPhases.On(memory).Join();
    }

    /// <summary>One object more. The caller is inside the memory.</summary>
    public static BarrierMembership Join(SharedMemory memory)
    {
        lock (s_gate)
        {
            if (!s_all.TryGetValue(memory.Cookie, out var membership))
                s_all.Add(memory.Cookie, membership = new BarrierMembership(memory));
            membership._objects++;
            return membership;
        }
    }

    /// <summary>One object less.</summary>
    public void Leave()
    {
        lock (s_gate)
        {
            if (--_objects > 0)
                return;
            s_all.Remove(_lease.Memory.Cookie);
            ClearPlaceHeld();
            _lease.Dispose();
        }
    }

    /// <summary>A process that ends with an exit code of failure may not have done what the others wait for; it counts as dead.</summary>
    private static void LeaveInOrder()
    {
        if (Environment.ExitCode != 0)
            return;
        lock (s_gate)
        {
            foreach (var membership in s_all.Values)
                membership.ClearPlaceHeld();
        }
    }

    private void ClearPlaceHeld()
    {
        if (_place >= 0)
            BarrierPhases.On(_lease.Memory).Leave(_place);
    }
}
