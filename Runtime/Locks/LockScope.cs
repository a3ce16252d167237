namespace Tandem;

/// <summary>
/// One hold of a lock, or of a semaphore's permit; disposing it releases the lock, so <c>using (gate.Acquire())</c> releases it on every path.
/// </summary>
/// <remarks>
/// A scope releases only the hold it was given for. Disposing it twice, disposing a copy of it, or disposing it after
/// <c>Release()</c> does nothing, even when somebody else holds the lock by then. <c>default(LockScope)</c> holds nothing.
/// </remarks>
public readonly struct LockScope : IDisposable
{
    /// <summary>The lock that is held; null in a default scope.</summary>
    private readonly ILockOwner? _owner;

    /// <summary>Which hold of that lock: no later hold has the same number.</summary>
    private readonly long _ticket;

    /// <summary>Of a reentrant lock, how often it was held with this hold, itself counted; of a semaphore, which permit.</summary>
    private readonly int _part;

    internal LockScope(ILockOwner owner, long ticket, int part = 1, bool wasAbandoned = false)
    {
        _owner = owner;
        _ticket = ticket;
        _part = part;
        WasAbandoned = wasAbandoned;
    }

    /// <summary>
    /// True when the holder before, a process or a reentrant lock's thread, ended without releasing the lock: what the lock guards may be half changed; check it, or make it anew.
    /// Only the first owner after the death is told. Always false for a <see cref="ThreadLock"/>.
    /// </summary>
    /// <remarks>
    /// The counterpart of <see cref="AbandonedMutexException"/>, which <see cref="Mutex"/> throws although the mutex is then held.
    /// An exception would lose the scope and with it the release, so the scope itself tells.
    /// </remarks>
    public bool WasAbandoned { get; }

    /// <summary>Given for a hold; false for a default scope.</summary>
    internal bool Holds => _owner is not null;

    /// <summary>Releases the lock if this hold of it still stands; else does nothing.</summary>
    /// <exception cref="SynchronizationLockException">The lock is reentrant, and this is another thread than the holder's or an inner hold has not been released yet.</exception>
    public void Dispose() => _owner?.ReleaseHold(_ticket, _part);
}
