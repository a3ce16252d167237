using System.Runtime.ExceptionServices;
using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// Lets processes that share a <see cref="ProcessLock"/> wait for what others of them change under it: pass the condition to a worker as an
/// argument, by itself or inside another, and the lock comes with it.
/// </summary>
/// <remarks>
/// <para>As with <see cref="Monitor.Wait(object)"/>, a wait releases the lock and has it again when it ends, however it ends. Between the pulse and that moment somebody
/// else may have taken what was waited for, and a wait may end without a pulse where another process died; so wait in a loop: <c>while (!ready) condition.Wait();</c></para>
/// <para>A pulse goes to the one who has waited longest, of all processes. A dead waiter gets none, and a pulse that was given to a process which died before it
/// had the lock again goes on to another waiter. A holder that dies while this one waits passes the lock on as ever; <see cref="ProcessLock.WasAbandoned"/> then says so.</para>
/// <para>What <c>multiprocessing.Condition</c> is in Python.</para>
/// </remarks>
[ProcessPortable]
[JsonConverter(typeof(ProcessConditionConverter))]
public sealed class ProcessCondition : IDisposable
{
    private readonly SharedMemoryLease _lease;

    /// <summary>Used inside the lease only.</summary>
    private readonly ConditionWaiters _waiters;

    /// <summary>Waits for asynchronous callers, who have taken their places before they come to it.</summary>
    private readonly AsyncWatch _asyncWaits;

    /// <summary>Makes a condition that nobody waits for.</summary>
    /// <param name="processLock">The lock to hold for waiting and pulsing. It may have several conditions.</param>
    /// <exception cref="ArgumentNullException"><paramref name="processLock"/> is null.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessCondition(ProcessLock processLock)
        : this(processLock, Make(processLock, name: null))
    {
    }

    /// <summary>Opens the condition of this name, or makes it: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="processLock">The lock to hold for waiting and pulsing, which the others have opened by a name too.</param>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the condition that is there belongs to another lock.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public ProcessCondition(ProcessLock processLock, string name)
        : this(processLock, Make(processLock, name ?? throw new ArgumentNullException(nameof(name))))
    {
        if (_waiters.LockCookie != processLock.Cookie)
            throw _lease.Differs(name, "belongs to another lock", nameof(processLock));
    }

    internal ProcessCondition(ProcessLock processLock, ConditionWaiters waiters)
    {
        Lock = processLock;
        (_lease, _waiters) = (waiters.Lease, waiters);
        _asyncWaits = new AsyncWatch(waiters.AnyBell, _lease);
    }

    /// <summary>The lock to hold for waiting and pulsing. In the process that made the condition it is the one given to the constructor; who was sent the condition disposes it too.</summary>
    public ProcessLock Lock { get; }

    internal ConditionWaiters Waiters => _waiters;

    /// <summary>Releases the lock, blocks until a pulse comes, and takes the lock again.</summary>
    /// <param name="cancellationToken">Ends the wait for the pulse; the wait for the lock it does not end.</param>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock; for a reentrant one, this thread does not.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    /// <exception cref="ObjectDisposedException">The condition was disposed in this process, before the call or during the wait; then the lock is held. Or the lock was.</exception>
    /// <exception cref="InvalidOperationException">4,096 wait already.</exception>
    public void Wait(CancellationToken cancellationToken = default) => Wait(Limits(Deadline.Never, cancellationToken));

    /// <summary>Releases the lock, blocks for at most <paramref name="timeout"/> until a pulse comes, and takes the lock again, however long that lasts.</summary>
    /// <param name="timeout">How long to wait for the pulse; <see cref="TimeSpan.Zero"/> lets go of the lock and takes it again, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</param>
    /// <returns>Whether a pulse came. The lock is held in either case.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock; for a reentrant one, this thread does not.</exception>
    /// <exception cref="ObjectDisposedException">The condition was disposed in this process, before the call or during the wait; then the lock is held. Or the lock was.</exception>
    /// <exception cref="InvalidOperationException">4,096 wait already.</exception>
    public bool Wait(TimeSpan timeout) => Wait(Limits(Deadline.After(timeout), default));

    /// <summary>Releases the lock, waits without blocking the caller until a pulse comes, and takes the lock again.</summary>
    /// <param name="cancellationToken">Ends the wait for the pulse; the wait for the lock it does not end.</param>
    /// <returns>A task that ends when the lock is held again.</returns>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    /// <exception cref="ObjectDisposedException">The condition was disposed in this process, before the call or during the wait; then the lock is held. Or the lock was.</exception>
    /// <exception cref="InvalidOperationException">The lock is reentrant: it belongs to a thread, and the code after an <c>await</c> may run on another. Or 4,096 wait already.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        Lock.RequirePlain("WaitAsync");
        var (place, hold) = Begin(Limits(Deadline.Never, cancellationToken));
        Exception? ended = null;
        try
        {
            await _asyncWaits.Run(_waiters.Pulse(place), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Whatever it is, the caller's scope stands on the lock.
            ended = error;
        }

        try
        {
            await Lock.ResumeAsync(hold).ConfigureAwait(false);
        }
        catch
        {
            End(place);
            throw;
        }

        EndHeld(place, ended);
    }

    /// <summary>Ends the wait of the one who has waited longest, of all processes. He goes on once the lock is free. Does nothing when nobody waits.</summary>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock; for a reentrant one, this thread does not.</exception>
    /// <exception cref="ObjectDisposedException">The condition was disposed in this process.</exception>
    public void Pulse()
    {
        EnterHeld(nameof(Pulse));
        try
        {
            _waiters.PulseHeld();
        }
        finally
        {
            _lease.Exit();
        }
    }

    /// <summary>Ends the waits of all who wait at this moment, in all processes. They go on one by one, as the lock becomes free.</summary>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock; for a reentrant one, this thread does not.</exception>
    /// <exception cref="ObjectDisposedException">The condition was disposed in this process.</exception>
    public void PulseAll()
    {
        EnterHeld(nameof(PulseAll));
        try
        {
            while (_waiters.PulseHeld())
            {
            }
        }
        finally
        {
            _lease.Exit();
        }
    }

    /// <summary>
    /// Lets go of the condition in this process, and not of its lock; others that have it go on. Whoever waits for it through this object gets an
    /// <see cref="ObjectDisposedException"/>, with the lock held. Calling it again does nothing.
    /// </summary>
    public void Dispose()
    {
        if (!_lease.Memory.TryEnter())
            return;
        _lease.Dispose();
        _waiters.WakeAll();
        _lease.Exit();
    }

    private static ConditionWaiters Make(ProcessLock processLock, string? name)
    {
        ArgumentNullException.ThrowIfNull(processLock);
        return ConditionWaiters.Make(name, processLock.Cookie);
    }

    private WaitLimits Limits(Deadline deadline, CancellationToken cancellationToken) => new(deadline, cancellationToken, _lease);

    private bool Wait(in WaitLimits limits)
    {
        var (place, hold) = Begin(limits);
        Exception? ended = null;
        try
        {
            _waiters.Wait(place, limits);
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            ended = error;
        }

        try
        {
            Lock.Resume(hold);
        }
        catch
        {
            End(place);
            throw;
        }

        return EndHeld(place, ended);
    }

    private void EnterHeld(string action)
    {
        _lease.Enter();
        try
        {
            Lock.RequireHeld(action);
        }
        catch
        {
            _lease.Exit();
            throw;
        }
    }

    /// <summary>Takes a place, inside the lease, and lets go of the lock.</summary>
    private (int Place, ProcessLock.SuspendedHold Hold) Begin(in WaitLimits limits)
    {
        limits.CancellationToken.ThrowIfCancellationRequested();
        EnterHeld(nameof(Wait));
        try
        {
            return (_waiters.EnterHeld(), Lock.SuspendHeld());
        }
        catch
        {
            _lease.Exit();
            throw;
        }
    }

    /// <summary>A pulse that came is not lost, though the wait had ended for another reason: it counts.</summary>
    private bool EndHeld(int place, Exception? ended)
    {
        var isPulsed = _waiters.LeaveHeld(place);
        _lease.Exit();
        if (!isPulsed && ended is not null)
            ExceptionDispatchInfo.Throw(ended);
        return isPulsed;
    }

    private void End(int place)
    {
        _waiters.Leave(place);
        _lease.Exit();
    }
}
