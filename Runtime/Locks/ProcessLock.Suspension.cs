using System.Diagnostics;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>How a hold is given up while its holder waits for a condition, and had again after it, with the scopes that stand on it.</summary>
public sealed partial class ProcessLock
{
    /// <summary>
    /// True for whoever holds the lock now if the holder before ended without releasing it, as <see cref="LockScope.WasAbandoned"/> said.
    /// After a wait for a <see cref="ProcessCondition"/> there is no new scope to say so; then ask here.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process.</exception>
    public unsafe bool WasAbandoned
    {
        get
        {
            using var visit = _lease.Visit();
            var ticket = Word.Current;
            return Word.IsOwn(ticket) && ticket == _shared->AbandonedTicket;
        }
    }

    /// <summary>Names the memory that the lock lies in.</summary>
    internal UInt128 Cookie => _lease.Memory.Cookie;

    /// <summary>A hold that has been given up for a while; it keeps the memory mapped.</summary>
    internal readonly record struct SuspendedHold(long Ticket, int Depth);

    /// <summary>Throws where the caller does not hold the lock.</summary>
    /// <param name="action">What needs the lock, for the message.</param>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock; for a reentrant one, this thread does not.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process and is not held.</exception>
    internal void RequireHeld(string action)
    {
        if (!_lease.Memory.TryEnter())
            _lease.ThrowIfEnded();
        var isHeld = Word.IsHeldHere;
        _lease.Exit();
        if (!isHeld)
            throw NotHeld($"{action} needs the condition's ProcessLock, which is not held by this {(_isReentrant ? "thread" : "process")}. Acquire it first.");
    }

    /// <exception cref="InvalidOperationException">The lock is reentrant.</exception>
    internal void RequirePlain(string action)
    {
        if (_isReentrant)
            throw new InvalidOperationException($"{action} needs a ProcessLock that is not reentrant: a reentrant one belongs to the thread that took it, and the code after an await may run on another thread.");
    }

    /// <summary>Releases the lock, however often it is held. The caller holds it.</summary>
    internal unsafe SuspendedHold SuspendHeld()
    {
        var isInside = _lease.Memory.TryEnter();
        Debug.Assert(isInside, "A hold keeps the memory mapped.");
        var hold = new SuspendedHold(Word.Current, _shared->Depth);
        if (_shared->AbandonedTicket == hold.Ticket)
            _shared->AbandonedTicket = 0;
        _shared->Depth = 0;
        TryRelease(hold.Ticket);
        return hold;
    }

    /// <summary>Blocks until the lock is free, or its holder has died, and takes it as it was held before.</summary>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process; it is not held.</exception>
    internal void Resume(SuspendedHold hold) => TryResume(hold, Deadline.Never);

    /// <summary>As <see cref="Resume"/>, without blocking the caller.</summary>
    internal async ValueTask ResumeAsync(SuspendedHold hold)
    {
        if (_asyncWaits.IsBusy || !TryResume(hold, Deadline.Passed))
            await _asyncWaits.Run(_ => AfterResume(hold), default).ConfigureAwait(false);
    }

    /// <summary>The scopes that were given out for the hold are good again; there is no new one.</summary>
    private LockScope AfterResume(SuspendedHold hold)
    {
        Resume(hold);
        return default;
    }

    private unsafe bool TryResume(SuspendedHold hold, Deadline deadline)
    {
        Debug.Assert(_isReentrant || hold.Depth == 0, "A plain lock has no depth.");
        try
        {
            if (!Word.Acquire(new WaitLimits(deadline, default, _lease), out var now))
                return false;
            _shared->Depth = hold.Depth;
            (_shared->RenamedTicket, _shared->TicketBefore) = (hold.Ticket, now.Ticket);
            if (now.WasAbandoned)
                _shared->AbandonedTicket = hold.Ticket;
            Word.Rename(now.Ticket, hold.Ticket);
            // The hold keeps the memory mapped now.
            _lease.Memory.MarkHeld(hold.Ticket);
            _lease.Exit();
            return true;
        }
        catch
        {
            // The hold is over.
            _lease.Exit();
            throw;
        }
    }
}
