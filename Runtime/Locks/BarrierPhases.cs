using System.Runtime.InteropServices;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>The phases of a <see cref="ProcessBarrier"/> in shared memory: who arrives counts, and the last one begins the next phase.</summary>
/// <remarks>
/// <para>The count changes under a lock. A process that dies while it holds that was a participant, so the barrier is broken and nothing is to be repaired.</para>
/// <para>Used between the lease's Enter and Exit only.</para>
/// </remarks>
internal readonly unsafe struct BarrierPhases
{
    /// <summary>How many processes can be watched at a time.</summary>
    private const int MaxMembers = 1024;

    private readonly State* _state;
    private readonly long* _members;

    private BarrierPhases(SharedMemory memory)
    {
        _state = memory.At<State>(0);
        _members = memory.At<long>(sizeof(State), MaxMembers);
    }

    public static long Size => sizeof(State) + (MaxMembers * sizeof(long));

    public int Participants => _state->Participants;

    /// <summary>Of the present phase; bounded, since other processes write it.</summary>
    public int Arrived => Math.Clamp(Volatile.Read(ref _state->Arrived), 0, Participants);

    public long Phase => Volatile.Read(ref _state->Phase);

    public bool IsBroken => Volatile.Read(ref _state->Break) != 0;

    private RobustLock Gate => new(&_state->Gate);

    /// <summary>Rung when a phase is completed, or never will be.</summary>
    public Doorbell Bell => new(&_state->Bell);

    public static void Create(SharedMemory memory, int participants) => memory.At<State>(0)->Participants = participants;

    public static BarrierPhases On(SharedMemory memory) => new(memory);

    /// <summary>Counts the caller in; the last one begins the next phase. False when the deadline passed before that.</summary>
    /// <exception cref="BrokenBarrierException">The barrier is broken.</exception>
    public bool TryArrive(in WaitLimits limits, out Arrival arrival)
    {
        arrival = default;
        if (!TryEnter(limits, out var hold))
            return false;
        try
        {
            if (IsBroken)
                throw Broken();
            arrival = new Arrival(_state->Phase, _state->Resets, IsLast: _state->Arrived + 1 >= Participants);
            _state->Arrived = arrival.IsLast ? 0 : _state->Arrived + 1;
            CrashPoint.Reach("barrier: counted, lock held");
            if (arrival.IsLast)
                Volatile.Write(ref _state->Phase, arrival.Phase + 1);
        }
        finally
        {
            Gate.Release(hold.Ticket);
        }

        CrashPoint.Reach("barrier: arrived, nobody woken yet");
        if (arrival.IsLast)
            Bell.Ring();
        return true;
    }

    /// <summary>Waits within the limits for the others; false at the deadline.</summary>
    /// <exception cref="BrokenBarrierException">The barrier was broken or reset first.</exception>
    public bool Wait(Arrival arrival, in WaitLimits limits)
    {
        var attempt = new Attempt(this, arrival);
        if (!arrival.IsLast && !Bell.WaitWatching(ref attempt, limits))
            return false;
        return OutcomeOf(arrival) switch
        {
            Outcome.Broken => throw Broken(),
            Outcome.Reset => throw BrokenBarrierException.WasReset(),
            _ => true,
        };
    }

    /// <summary>What an asynchronous caller waits for before it asks <see cref="Wait"/> what became of the phase.</summary>
    public IWatchingAttempt End(Arrival arrival) => new Attempt(this, arrival);

    /// <summary>
    /// Takes the caller out of the count again; true when it is too late for that, since all had come.
    /// Where another process is stopped in the middle of its own arrival it cannot be taken out, and the barrier is broken instead.
    /// </summary>
    public bool Withdraw(Arrival arrival, in WaitLimits limits)
    {
        if (!TryEnter(limits with { Deadline = Deadline.After(TimeSpan.Zero), CancellationToken = default }, out var hold))
        {
            Abort();
            return false;
        }

        var outcome = OutcomeOf(arrival);
        if (outcome == Outcome.None)
            _state->Arrived--;
        Gate.Release(hold.Ticket);
        return outcome == Outcome.Completed;
    }

    /// <summary>Breaks the barrier. Needs no lock: it must help also where somebody is stopped who holds it.</summary>
    public void Abort() => Break(State.Aborted);

    /// <summary>Begins anew, whole and empty; those who wait learn of it. The dead are forgotten.</summary>
    public void Reset(in WaitLimits limits)
    {
        TryEnter(limits, out var hold);
        ForgetTheDead();
        _state->Arrived = 0;
        Volatile.Write(ref _state->Resets, _state->Resets + 1);
        Volatile.Write(ref _state->Break, 0);
        Gate.Release(hold.Ticket);
        WakeAll();
    }

    /// <summary>Has this process watched: its death breaks the barrier until <see cref="Leave"/>. Gives its place, or -1 where there is no more.</summary>
    public int Join()
    {
        for (var i = 0; i < MaxMembers; i++)
        {
            if (Interlocked.CompareExchange(ref _members[i], ProcessIdentity.Current.ToBits(), 0) == 0)
                return i;
        }

        return -1;
    }

    public void Leave(int place) => Volatile.Write(ref _members[place], 0);

    /// <summary>Makes all who wait look again, at their limits too.</summary>
    public void WakeAll()
    {
        Bell.RingAll();
        Gate.WakeAll();
    }

    private bool TryEnter(in WaitLimits limits, out LockHold hold)
    {
        if (!Gate.AcquireInternal(limits, out hold))
            return false;
        if (hold.WasAbandoned)
            Break(FindDead() is { } dead ? dead.Id : State.Aborted);
        return true;
    }

    private void Break(int reason)
    {
        Interlocked.CompareExchange(ref _state->Break, reason, 0);
        CrashPoint.Reach("barrier: broken, nobody woken yet");
        Bell.RingAll();
    }

    private BrokenBarrierException Broken() =>
        Volatile.Read(ref _state->Break) is > 0 and var id ? BrokenBarrierException.ByDeath(id) : BrokenBarrierException.Aborted();

    /// <summary>What became of the phase. The break is read first: it says nothing of a phase that was completed before it.</summary>
    private Outcome OutcomeOf(Arrival arrival)
    {
        var isBroken = IsBroken;
        if (Volatile.Read(ref _state->Resets) != arrival.Resets)
            return Outcome.Reset;
        return Phase != arrival.Phase ? Outcome.Completed : isBroken ? Outcome.Broken : Outcome.None;
    }

    private ProcessIdentity? FindDead()
    {
        for (var i = 0; i < MaxMembers; i++)
        {
            var member = Volatile.Read(ref _members[i]);
            // Looked at again after it was found dead: it may have left first.
            if (member != 0 && !ProcessIdentity.FromBits(member).IsAlive && Volatile.Read(ref _members[i]) == member)
                return ProcessIdentity.FromBits(member);
        }

        return null;
    }

    private void ForgetTheDead()
    {
        for (var i = 0; i < MaxMembers; i++)
        {
            var member = Volatile.Read(ref _members[i]);
            if (member != 0 && !ProcessIdentity.FromBits(member).IsAlive)
                Interlocked.CompareExchange(ref _members[i], 0, member);
        }
    }

    /// <summary>One arrival at a phase.</summary>
    /// <param name="Phase">The phase.</param>
    /// <param name="Resets">How often the barrier had been reset.</param>
    /// <param name="IsLast">It completed the phase.</param>
    public readonly record struct Arrival(long Phase, long Resets, bool IsLast);

    private enum Outcome
    {
        None,
        Completed,
        Broken,
        Reset,
    }

    private readonly struct Attempt(BarrierPhases phases, Arrival arrival) : IWatchingAttempt
    {
        public bool Try(in WaitLimits limits) => phases.OutcomeOf(arrival) != Outcome.None;

        public bool TryAfterDeaths(in WaitLimits limits)
        {
            if (phases.OutcomeOf(arrival) == Outcome.None && phases.FindDead() is { } dead)
                phases.Break(dead.Id);
            return phases.OutcomeOf(arrival) != Outcome.None;
        }
    }

    /// <summary>What lies before the members.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        /// <summary>A value of <see cref="Break"/>; the others are ids of dead processes.</summary>
        public const int Aborted = -1;

        /// <summary>The lock of the count.</summary>
        public long Gate;

        /// <summary>How many phases have been completed. Written under the lock.</summary>
        public long Phase;

        /// <summary>How often the barrier was reset. Written under the lock.</summary>
        public long Resets;

        /// <summary>How many have arrived at the present phase. Written under the lock.</summary>
        public int Arrived;

        /// <summary>Why the barrier is broken; 0 while it is not.</summary>
        public int Break;

        /// <summary>Rung when a phase is completed, or never will be.</summary>
        public Doorbell.State Bell;

        /// <summary>Written once, before the barrier is passed on.</summary>
        public int Participants;
    }
}
