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
    private const long Held = 1, Awaited = 2, NumberUnit = 4;

    /// <summary>Guards the line, for a few instructions at a time.</summary>
    private readonly Lock _gate = new();

    /// <summary>Who waits. Nobody, while the lock is free.</summary>
    private readonly WaitLine<Waiter<LockScope>, LockScope> _waiters;

    /// <summary>
    /// From the lowest bit: whether the lock is held; whether somebody may wait, set under the gate while it is held; then the number of the hold
    /// or, while the lock is free, of the last one. Numbers are never given twice, so a scope knows its own hold. While nobody waits, the lock is
    /// taken and released by one compare-and-swap each; once the second bit is set, only the gate's owner releases it.
    /// </summary>
    private long _word;

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
        return !TryTake(out var scope) && TakeOrEnqueue(out scope) is { } waiter
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
        if (TryTake(out scope))
            return true;
        if (deadline.HasPassed)
            return false;
        if (TakeOrEnqueue(out scope) is not { } waiter)
            return true;
        if (!_waiters.Wait(waiter, deadline, cancellationToken))
            return false;
        scope = waiter.Task.GetAwaiter().GetResult();
        return true;
    }

    private bool TryTake(out LockScope scope)
    {
        scope = default;
        var seen = Volatile.Read(ref _word);
        while ((seen & Held) == 0)
        {
            var taken = (seen + NumberUnit) | Held;
            var before = Interlocked.CompareExchange(ref _word, taken, seen);
            if (before == seen)
            {
                scope = new LockScope(this, taken);
                return true;
            }

            seen = before;
        }

        return false;
    }

    private Waiter<LockScope>? TakeOrEnqueue(out LockScope scope)
    {
        lock (_gate)
        {
            AssertInvariants();
            while (!TryTake(out scope))
            {
                // From here on the holder comes through the gate. Released just now, the lock may be free instead.
                var seen = Volatile.Read(ref _word);
                if ((seen & Held) == 0 || Interlocked.CompareExchange(ref _word, seen | Awaited, seen) != seen)
                    continue;
                var waiter = new Waiter<LockScope>();
                _waiters.EnqueueHeld(waiter);
                return waiter;
            }

            return null;
        }
    }

    /// <summary>Ends the given hold, or whichever there is, and hands the lock on.</summary>
    private bool TryRelease(long? hold)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _word);
            if ((seen & Held) == 0 || (hold is { } ticket && ticket != (seen & ~Awaited)))
                return false;
            if ((seen & Awaited) != 0 ? TryHandOn(seen) : Interlocked.CompareExchange(ref _word, seen & ~Held, seen) == seen)
                return true;
        }
    }

    /// <summary>Gives the lock to the first in line, if the hold still stands.</summary>
    private bool TryHandOn(long seen)
    {
        Waiter<LockScope>? next;
        var taken = (seen & ~Awaited) + NumberUnit;
        lock (_gate)
        {
            AssertInvariants();
            // With the bit set, it changes under the gate only.
            if (Volatile.Read(ref _word) != seen)
                return false;
            next = _waiters.DequeueHeld();
            // Whoever gave up has left the bit.
            Volatile.Write(ref _word, next is null ? seen & ~(Held | Awaited) : _waiters.CountHeld == 0 ? taken : taken | Awaited);
        }

        next?.SetResult(new LockScope(this, taken));
        return true;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        Debug.Assert((Volatile.Read(ref _word) & Awaited) != 0 || _waiters.CountHeld == 0, "Whoever waits has said so, and nobody waits for a free lock.");
    }
}
