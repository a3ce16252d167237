using System.Runtime.InteropServices;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// The permits of a <see cref="ProcessSemaphore"/>, each a <see cref="RobustLock"/> on which nobody parks: one swap takes a permit and says who
/// has it, so a kill leaves no permit that nobody has, and none that two have.
/// </summary>
/// <remarks>Used between the lease's Enter and Exit only.</remarks>
internal readonly unsafe struct PermitTable
{
    private readonly State* _state;
    private readonly long* _permits;

    private PermitTable(SharedMemory memory, int count)
    {
        _state = memory.At<State>(0);
        _permits = memory.At<long>(sizeof(State), count);
        Count = count;
    }

    /// <summary>How many permits there are, held or not.</summary>
    public int Count { get; }

    public int FreeCount
    {
        get
        {
            var free = 0;
            for (var i = 0; i < Count; i++)
                free += Permit(i).IsFree ? 1 : 0;
            return free;
        }
    }

    /// <summary>Whether this process has any.</summary>
    public bool IsAnyHeldHere
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                if (Permit(i).IsHeldHere)
                    return true;
            }

            return false;
        }
    }

    private Doorbell Freed => new(&_state->Freed);

    public static long SizeFor(int count) => sizeof(State) + ((long)count * sizeof(long));

    /// <summary>Lays out free permits on new memory.</summary>
    public static void Create(SharedMemory memory, int count) => memory.At<State>(0)->Count = count;

    /// <exception cref="InvalidDataException">The permits do not lie within the memory.</exception>
    public static PermitTable On(SharedMemory memory) => new(memory, memory.At<State>(0)->Count);

    /// <summary>Waits within the limits for a permit that is free, or whose holder has died; false at the deadline.</summary>
    public bool Acquire(in WaitLimits limits, out LockHold hold, out int permit)
    {
        var attempt = new Attempt(this);
        var isTaken = Freed.WaitWatching(ref attempt, limits);
        (hold, permit) = (attempt.Hold, attempt.Permit);
        return isTaken;
    }

    /// <summary>Ends this hold of a permit; false when it has ended already.</summary>
    public bool Release(int permit, long ticket) => Permit(permit).Release(ticket) && Offer(permit);

    /// <summary>Ends any hold of this process; false when it has none.</summary>
    public bool ReleaseAny()
    {
        for (var i = 0; i < Count; i++)
        {
            if (Permit(i).ReleaseHere())
                return Offer(i);
        }

        return false;
    }

    /// <summary>Makes all who wait look again, at their limits too.</summary>
    public void WakeAll() => Freed.RingAll();

    private RobustLock Permit(int index) => new(&_permits[index]);

    /// <summary>Tells those who wait, and whoever comes next, of a permit that is free.</summary>
    private bool Offer(int permit)
    {
        Volatile.Write(ref _state->LastFreed, permit);
        Freed.Ring();
        return true;
    }

    private bool TryTake(Func<ProcessIdentity, bool>? isAlive, out LockHold hold, out int permit)
    {
        // Only where to begin, so it matters little who wrote it.
        var first = (int)((uint)Volatile.Read(ref _state->LastFreed) % (uint)Count);
        for (var i = 0; i < Count; i++)
        {
            permit = first + i < Count ? first + i : first + i - Count;
            if (isAlive is null ? Permit(permit).TryTake(out hold) : Permit(permit).TryTakeFromTheDead(isAlive, out hold))
                return true;
        }

        (hold, permit) = (default, 0);
        return false;
    }

    private struct Attempt(PermitTable table) : IWatchingAttempt
    {
        public LockHold Hold;
        public int Permit;

        public bool Try(in WaitLimits limits) => table.TryTake(isAlive: null, out Hold, out Permit);

        public bool TryAfterDeaths(in WaitLimits limits) => table.TryTake(new Living().Contains, out Hold, out Permit);
    }

    /// <summary>What lies before the permits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        /// <summary>Written once, before the semaphore is passed on.</summary>
        public int Count;

        /// <summary>The permit that was given back last, so that the next one need not search.</summary>
        public int LastFreed;

        /// <summary>Rung when a permit is free.</summary>
        public Doorbell.State Freed;
    }
}
