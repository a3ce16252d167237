using System.Diagnostics;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A lock for the threads of one process that blocking and asynchronous code can share: <see cref="Acquire"/> blocks,
/// <see cref="AcquireAsync"/> does not, and both stand in one fair line, first come, first served.
/// </summary>
/// <remarks>
/// <para>The lock belongs to nobody: any thread may release it, so a hold may live across an <c>await</c>. For the same reason
/// it is not reentrant: its holder waits for itself when it acquires the lock again.</para>
/// <para>A release hands the lock to the first in line; a newcomer never overtakes. That is <c>threading.Lock</c> of Python
/// with the fairness of <see cref="SemaphoreSlim"/> made certain. Where no code awaits, <see cref="Lock"/> is faster.</para>
/// </remarks>
public sealed class ThreadLock : ILockOwner
{
    /// <summary>Guards the fields below, for a few instructions at a time.</summary>
    private readonly Lock _gate = new();

    /// <summary>Who waits. Nobody, while the lock is free.</summary>
    private readonly WaitLine<Waiter<LockScope>, LockScope> _waiters;

    /// <summary>The number of the present hold; 0 while the lock is free.</summary>
    private long _hold;

    /// <summary>The number given last. Numbers are never given twice, so a scope knows its own hold.</summary>
    private long _lastHold;

    /// <summary>Makes a lock that nobody holds.</summary>
    public ThreadLock() => _waiters = new(_gate);

    /// <summary>Blocks until the lock is free and takes it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was taken.</exception>
    public LockScope Acquire(CancellationToken cancellationToken = default)
    {
        TryAcquire(Deadline.Never, cancellationToken, out var scope);
        return scope;
    }

    /// <summary>Waits without blocking a thread until the lock is free and takes it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was taken.</exception>
    public ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<LockScope>(cancellationToken);
        return TakeOrEnqueue(out var scope) is { } waiter
            ? _waiters.WaitAsync(waiter, cancellationToken)
            : ValueTask.FromResult(scope);
    }

    /// <summary>Blocks for at most <paramref name="timeout"/> until the lock is free and takes it.</summary>
    /// <param name="timeout">How long to wait; <see cref="TimeSpan.Zero"/> tries once, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</param>
    /// <param name="scope">The hold when the lock was taken, else a scope that holds nothing.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    public bool TryAcquire(TimeSpan timeout, out LockScope scope) => TryAcquire(Deadline.After(timeout), default, out scope);

    /// <summary>Releases the lock, whichever thread took it. The first in line holds it at once.</summary>
    /// <exception cref="SynchronizationLockException">Nobody holds the lock.</exception>
    public void Release()
    {
        if (!TryRelease(hold: null))
            throw new SynchronizationLockException("This ThreadLock is not held, so it can't be released. Each Release needs an Acquire of its own; a scope releases by itself.");
    }

    void ILockOwner.ReleaseHold(long ticket, int part) => TryRelease(ticket);

    private bool TryAcquire(Deadline deadline, CancellationToken cancellationToken, out LockScope scope)
    {
        cancellationToken.ThrowIfCancellationRequested();
        scope = default;
        if (deadline.HasPassed)
            return TryTake(out scope);
        if (TakeOrEnqueue(out scope) is not { } waiter)
            return true;
        if (!_waiters.Wait(waiter, deadline, cancellationToken))
            return false;
        scope = waiter.Task.GetAwaiter().GetResult();
        return true;
    }

    private bool TryTake(out LockScope scope)
    {
        lock (_gate)
        {
            AssertInvariants();
            scope = _hold == 0 ? StartHoldHeld() : default;
            return scope.Holds;
        }
    }

    private Waiter<LockScope>? TakeOrEnqueue(out LockScope scope)
    {
        lock (_gate)
        {
            AssertInvariants();
            scope = default;
            if (_hold == 0)
            {
                scope = StartHoldHeld();
                return null;
            }

            var waiter = new Waiter<LockScope>();
            _waiters.EnqueueHeld(waiter);
            return waiter;
        }
    }

    /// <summary>Ends the given hold, or whichever there is, and hands the lock on.</summary>
    private bool TryRelease(long? hold)
    {
        Waiter<LockScope>? next;
        LockScope scope = default;
        lock (_gate)
        {
            AssertInvariants();
            if (_hold == 0 || (hold is { } ticket && ticket != _hold))
                return false;
            _hold = 0;
            next = _waiters.DequeueHeld();
            if (next is not null)
                scope = StartHoldHeld();
        }

        next?.SetResult(scope);
        return true;
    }

    private LockScope StartHoldHeld() => new(this, _hold = ++_lastHold);

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        Debug.Assert(_hold == 0 || _hold == _lastHold, "The present hold is the one numbered last.");
        Debug.Assert(_hold != 0 || _waiters.CountHeld == 0, "Nobody waits for a free lock.");
    }
}
