using System.Runtime.InteropServices;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// Those who wait for a <see cref="ProcessCondition"/>, each with a place in shared memory: whoever pulses picks the one who has waited longest.
/// </summary>
/// <remarks>
/// <para>A place is taken, and a pulse given, under the condition's lock. A waiter keeps its place until it has the lock again: so a pulse is never
/// given to nobody, and one that was given to a process which died before it could act on it is still there to be seen, and another waiter takes it on.
/// Taking it on is two steps, that of getting it first: a kill between them makes one waiter too many look at its condition, and never one too few.</para>
/// <para>Used between the lease's Enter and Exit only.</para>
/// </remarks>
internal sealed unsafe class ConditionWaiters(SharedMemoryLease lease) : ISharedPrimitive<ConditionWaiters>
{
    public const string Name = nameof(ProcessCondition);

    /// <summary>How many can wait at a time.</summary>
    private const int MaxWaiters = 4096;

    /// <summary>The owner's word: who waits, and above that in which state; 0 for a place that is free.</summary>
    private const long Waiting = 1L << ProcessIdentity.Bits, Pulsed = 2L << ProcessIdentity.Bits, States = Waiting | Pulsed;

    private static readonly ulong s_kind = SharedMemoryKind.Of(Name);

    /// <summary>For how long one who was seen alive is taken to live when he is pulsed. Who has died since leaves his pulse to another waiter, a little later.</summary>
    private const long KnownMilliseconds = 10;

    private readonly State* _state = lease.Memory.At<State>(0);
    private readonly Place* _places = lease.Memory.At<Place>(sizeof(State), MaxWaiters);

    /// <summary>Guards the two fields below: a plain lock is held by a process, so several of its threads may pulse at once.</summary>
    private readonly Lock _pulsing = new();

    private Living _known = new();
    private long _knownSince;

    static string ISharedPrimitive<ConditionWaiters>.Name => Name;

    static ulong ISharedPrimitive<ConditionWaiters>.Kind => s_kind;

    public SharedMemoryLease Lease => lease;

    /// <summary>Names the memory of the lock.</summary>
    public UInt128 LockCookie => _state->LockCookie;

    /// <summary>Bounded, since another process writes it.</summary>
    private int Used => Math.Clamp(Volatile.Read(ref _state->Used), 0, MaxWaiters);

    public static ConditionWaiters Make(string? name, UInt128 lockCookie) =>
        new(SharedMemoryTable.Make(name, s_kind, sizeof(State) + ((long)MaxWaiters * sizeof(Place)), Name, memory => memory.At<State>(0)->LockCookie = lockCookie));

    static ConditionWaiters ISharedPrimitive<ConditionWaiters>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>Takes a place. Needs the condition's lock, as all members do that end in Held.</summary>
    /// <exception cref="InvalidOperationException">All places are taken.</exception>
    public int EnterHeld()
    {
        var index = FindFreeHeld();
        _state->Used = Math.Max(_state->Used, index + 1);
        _places[index].Since = ++_state->LastEvent;
        Volatile.Write(ref _places[index].Owner, ProcessIdentity.Current.ToBits() | Waiting);
        CrashPoint.Reach("condition: place taken");
        return index;
    }

    /// <summary>Waits within the limits for a pulse; false at the deadline.</summary>
    public bool Wait(int index, in WaitLimits limits)
    {
        var attempt = new Attempt(this, index);
        return BellOf(index).WaitWatching(ref attempt, limits);
    }

    /// <summary>Rung when anybody is pulsed.</summary>
    public Doorbell AnyBell => new(&_state->AnyBell);

    /// <summary>What an asynchronous caller waits for.</summary>
    public IWatchingAttempt Pulse(int index) => new Attempt(this, index);

    /// <summary>Leaves the place; whether a pulse came, be it after the wait had ended for another reason.</summary>
    public bool LeaveHeld(int index)
    {
        var isPulsed = IsPulsed(index);
        Leave(index);
        return isPulsed;
    }

    /// <summary>Leaves the place where the lock could not be had again.</summary>
    public void Leave(int index) => Volatile.Write(ref _places[index].Owner, 0);

    /// <summary>Gives a pulse to the living one who has waited longest; false when nobody waits.</summary>
    public bool PulseHeld()
    {
        lock (_pulsing)
        {
            var living = KnownHeld();
            while (FindFirstWaiting() is >= 0 and var first)
            {
                var owner = Volatile.Read(ref _places[first].Owner);
                if (!living.Contains(OwnerOf(owner)))
                    Interlocked.CompareExchange(ref _places[first].Owner, 0, owner);
                else if (TryPulse(first, ++_state->LastEvent))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Makes all who wait look again, at their limits too.</summary>
    public void WakeAll()
    {
        for (var i = 0; i < Used; i++)
            BellOf(i).RingAll();
        AnyBell.RingAll();
    }

    /// <summary>To look a process up in /proc costs more than all the rest of a pulse.</summary>
    private Living KnownHeld()
    {
        var now = Environment.TickCount64;
        if (now - _knownSince >= KnownMilliseconds)
            (_known, _knownSince) = (new Living(), now);
        return _known;
    }

    private Doorbell BellOf(int index) => new(&_places[index].Bell);

    private bool IsPulsed(int index) => (Volatile.Read(ref _places[index].Owner) & States) == Pulsed;

    private int FindFirstWaiting()
    {
        var first = -1;
        for (var i = 0; i < Used; i++)
        {
            if ((Volatile.Read(ref _places[i].Owner) & States) == Waiting && (first < 0 || _places[i].Since < _places[first].Since))
                first = i;
        }

        return first;
    }

    private bool TryPulse(int index, long number)
    {
        var seen = Volatile.Read(ref _places[index].Owner);
        if ((seen & States) != Waiting)
            return false;
        // Before the pulse: from then on the place may be another's the next moment.
        _places[index].PulsedAt = number;
        if (Interlocked.CompareExchange(ref _places[index].Owner, seen ^ States, seen) != seen)
            return false;
        CrashPoint.Reach("condition: pulsed, nobody woken yet");
        BellOf(index).Ring();
        AnyBell.Ring();
        return true;
    }

    private int FindFreeHeld()
    {
        for (var i = 0; i < MaxWaiters; i++)
        {
            if (Volatile.Read(ref _places[i].Owner) == 0)
                return i;
        }

        // The dead leave when somebody needs their place.
        var living = new Living();
        for (var i = 0; i < MaxWaiters; i++)
        {
            if (!living.Contains(OwnerOf(Volatile.Read(ref _places[i].Owner))))
                return i;
        }

        throw new InvalidOperationException($"{MaxWaiters} threads and asynchronous callers wait for this ProcessCondition, and no more can.");
    }

    /// <summary>Takes on a pulse that was given, since this one began to wait, to a process that died before it could leave its place.</summary>
    private bool TryInherit(int index)
    {
        var living = new Living();
        for (var i = 0; i < Used; i++)
        {
            var owner = Volatile.Read(ref _places[i].Owner);
            if ((owner & States) != Pulsed || _places[i].PulsedAt <= _places[index].Since || living.Contains(OwnerOf(owner)))
                continue;
            if (!TryPulse(index, _places[i].PulsedAt))
                return IsPulsed(index);
            CrashPoint.Reach("condition: pulse taken on, still the dead one's too");
            // Where another was faster there are two of us now, and one will wait again.
            Interlocked.CompareExchange(ref _places[i].Owner, 0, owner);
            return true;
        }

        return false;
    }

    private static ProcessIdentity OwnerOf(long owner) => ProcessIdentity.FromBits(owner & ~States);

    private struct Attempt(ConditionWaiters waiters, int index) : IWatchingAttempt
    {
        public readonly bool Try(in WaitLimits limits) => waiters.IsPulsed(index);

        public readonly bool TryAfterDeaths(in WaitLimits limits) => waiters.TryInherit(index);
    }

    /// <summary>What lies before the places.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        /// <summary>Written once, before the condition is passed on.</summary>
        public UInt128 LockCookie;

        /// <summary>Numbers waits and pulses in the order of their beginning. Written under the lock.</summary>
        public long LastEvent;

        /// <summary>No place from this one on was ever taken. Written under the lock.</summary>
        public int Used;

        /// <summary>Rung when anybody is pulsed, for those who wait for several.</summary>
        public Doorbell.State AnyBell;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Place
    {
        public long Owner;

        /// <summary>The number of the wait.</summary>
        public long Since;

        /// <summary>Of the pulse that ended it.</summary>
        public long PulsedAt;

        /// <summary>Rung when the one who blocks here is pulsed.</summary>
        public Doorbell.State Bell;
    }
}
