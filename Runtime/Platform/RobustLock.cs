using System.Diagnostics;

namespace Tandem.Platform;

/// <summary>
/// A lock in one word of shared memory. The word names the process or the thread that holds it, so that one compare-and-swap takes it, identity
/// included, and whoever waits can see that the holder has died and swap itself into its place. At no step does a kill leave anything to repair.
/// </summary>
/// <remarks>
/// <para>The word, from the lowest bit: 1 bit "somebody may be parked", 46 bits <see cref="ProcessIdentity"/> of the holder (0: free),
/// 17 bits number of the hold, counted on by each. The number makes a release hit the hold it was meant for, and none after it.</para>
/// <para>Parking is that of U. Drepper, "Futexes Are Tricky", mutex 2, with the lower half of the word as the futex: who parks sets the bit first;
/// who releases a word with the bit wakes one; who has parked takes the lock with the bit set, since others may still be parked, and when it
/// gives up instead it leaves the bit set. A newcomer may overtake those who are parked: that is what makes the lock fast.</para>
/// <para>What a kill can lose is the wake between the release and the futex call; <see cref="ParkTime"/> bounds every park for that.</para>
/// <para>The protocol is checked exhaustively in Models/lock.pml, deaths at every step included: change both or neither.</para>
/// </remarks>
/// <param name="word">Where it is.</param>
/// <param name="holder">Who would hold it.</param>
internal readonly unsafe struct RobustLock(long* word, ProcessIdentity holder)
{
    private const long Parked = 1;
    private const int OwnerShift = 1;
    private const long OwnerMask = ((1L << ProcessIdentity.Bits) - 1) << OwnerShift;
    private const int HoldShift = OwnerShift + ProcessIdentity.Bits;
    private const long HoldUnit = 1L << HoldShift;

    /// <summary>How often to look again before parking. A lock is mostly held for less time than it takes to park and to be woken.</summary>
    private static readonly int s_spins = Environment.ProcessorCount > 1 ? 60 : 0;

    /// <summary>The caller, as the word names it.</summary>
    private readonly long _self = holder.ToBits() << OwnerShift;

    /// <summary>A lock of this process, whichever of its threads takes and releases it.</summary>
    public RobustLock(long* word)
        : this(word, ProcessIdentity.Current)
    {
    }

    /// <summary>The lower half, on which the kernel parks. (All processors that <see cref="Futex"/> supports are little-endian.)</summary>
    private int* ParkingWord => (int*)word;

    /// <summary>Whether the caller holds the lock.</summary>
    public bool IsHeldHere => IsOwn(Volatile.Read(ref *word));

    /// <summary>The ticket of the present hold.</summary>
    public long Current => Volatile.Read(ref *word) & ~Parked;

    /// <summary>Whether nobody holds the lock; a dead holder is somebody.</summary>
    public bool IsFree => (Volatile.Read(ref *word) & OwnerMask) == 0;

    /// <summary>Takes the lock if it is free.</summary>
    public bool TryTake(out LockHold hold) => TryTake(parked: 0, out hold);

    /// <summary>Takes the lock if it is free or its holder has died.</summary>
    public bool TryAcquire(out LockHold hold) => TryTake(out hold) || TryTakeFromTheDead(out hold);

    /// <summary>Waits for the lock within the limits; false at the deadline.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The primitive was disposed first.</exception>
    public bool Acquire(in WaitLimits limits, out LockHold hold)
    {
        if (TryTake(parked: 0, out hold))
            return true;
        if (limits.Deadline.HasPassed)
            return TryTakeFromTheDead(out hold);
        for (var spin = 0; spin < s_spins; spin++)
        {
            Thread.SpinWait(8);
            if (TryTake(parked: 0, out hold))
                return true;
        }

        return AcquireParked(limits, out hold);
    }

    /// <summary>Waits within the limits for a lock inside a primitive, which the caller knows nothing of: see <see cref="WaitLimits.ForInternalLock"/>.</summary>
    public bool AcquireInternal(in WaitLimits limits, out LockHold hold) =>
        // First without the clock, which the grace needs.
        TryTake(parked: 0, out hold) || Acquire(limits.ForInternalLock, out hold);

    /// <summary>Ends this hold; false when it has ended already.</summary>
    public bool Release(long ticket) => Release(ticket, ticket);

    /// <summary>Ends this hold, and counts on from that of another ticket; see <see cref="Rename"/>.</summary>
    public bool Release(long ticket, long countFrom)
    {
        while (true)
        {
            var seen = Volatile.Read(ref *word);
            if ((seen & ~Parked) != ticket)
                return false;
            if (TryFree(seen, countFrom))
                return true;
        }
    }

    /// <summary>Ends whichever hold the caller has; false when it has none.</summary>
    public bool ReleaseHere()
    {
        while (true)
        {
            var ticket = Current;
            if (!IsOwn(ticket))
                return false;
            if (Release(ticket))
                return true;
        }
    }

    /// <summary>
    /// Gives the caller's present hold the ticket of an earlier hold of the same caller, so that what was given out for that is good again.
    /// The release must then count on from the ticket that the hold had: a number that is given twice would let a scope that is long disposed release another's hold.
    /// </summary>
    public void Rename(long ticket, long earlier)
    {
        Debug.Assert(IsOwn(ticket) && IsOwn(earlier), "A hold keeps its holder.");
        while (true)
        {
            var seen = Volatile.Read(ref *word);
            Debug.Assert((seen & ~Parked) == ticket, "Nobody else ends the hold meanwhile.");
            if (Interlocked.CompareExchange(ref *word, earlier | (seen & Parked), seen) == seen)
                return;
        }
    }

    /// <summary>Whether it is the caller's hold that has this ticket.</summary>
    public bool IsOwn(long ticket) => (ticket & OwnerMask) == _self;

    /// <summary>Makes all who are parked look again, at their limits too.</summary>
    public void WakeAll() => Futex.WakeAll(ParkingWord);

    private bool AcquireParked(in WaitLimits limits, out LockHold hold)
    {
        var parkTime = new ParkTime();
        // Between this look at the token and the park a cancellation finds nobody to wake; then the bounded park ends the wait.
        using var wakeOnCancel = limits.CancellationToken.UnsafeRegister(static state => Futex.WakeAll((int*)(nint)state!), (nint)ParkingWord);
        while (true)
        {
            if (TryTake(Parked, out hold))
                return true;
            var seen = Volatile.Read(ref *word);
            if ((seen & OwnerMask) == 0 || ((seen & Parked) == 0 && Interlocked.CompareExchange(ref *word, seen | Parked, seen) != seen))
                continue;

            // Only now, with the bit set again: a wake that was meant for somebody and reached us must not be lost with us.
            limits.ThrowIfCalledOff();
            if (limits.Deadline.HasPassed)
                return TryTakeFromTheDead(out hold);
            CrashPoint.Reach("lock: about to park");
            var woken = Futex.Wait(ParkingWord, (int)(seen | Parked), limits.Deadline.RemainingUpTo(parkTime.Next()));
            if (!woken && TryTakeFromTheDead(out hold))
                return true;
        }
    }

    private bool TryTake(long parked, out LockHold hold)
    {
        hold = default;
        var seen = Volatile.Read(ref *word);
        return (seen & OwnerMask) == 0 && TryOwn(seen, parked, wasAbandoned: false, out hold);
    }

    private bool TryTakeFromTheDead(out LockHold hold) => TryTakeFromTheDead(static holder => holder.IsAlive, out hold);

    /// <summary>Takes the lock if its holder does not live; if it is free, too.</summary>
    /// <remarks>If the holder died just now and another took the lock over, the hold's number has changed and the swap fails.</remarks>
    public bool TryTakeFromTheDead(Func<ProcessIdentity, bool> isAlive, out LockHold hold)
    {
        hold = default;
        var seen = Volatile.Read(ref *word);
        var owner = seen & OwnerMask;
        if (owner == _self)
            return false;
        if (owner == 0)
            return TryOwn(seen, Parked, wasAbandoned: false, out hold);
        return !isAlive(ProcessIdentity.FromBits(owner >> OwnerShift)) && TryOwn(seen, Parked, wasAbandoned: true, out hold);
    }

    private bool TryOwn(long seen, long parked, bool wasAbandoned, out LockHold hold)
    {
        var next = NumberOf(seen) + HoldUnit | _self | parked;
        var taken = Interlocked.CompareExchange(ref *word, next, seen) == seen;
        hold = taken ? new LockHold(next & ~Parked, wasAbandoned) : default;
        if (taken)
            CrashPoint.Reach("lock: taken");
        return taken;
    }

    private bool TryFree(long held, long countFrom)
    {
        Debug.Assert(IsOwn(held), "Only the holder releases.");
        if (Interlocked.CompareExchange(ref *word, NumberOf(countFrom), held) != held)
            return false;
        CrashPoint.Reach("lock: freed, nobody woken yet");
        if ((held & Parked) != 0)
            Futex.WakeOne(ParkingWord);
        return true;
    }

    private static long NumberOf(long seen) => seen & ~(HoldUnit - 1);
}
