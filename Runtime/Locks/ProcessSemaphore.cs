using System.Diagnostics;
using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A number of permits that processes share: pass it to a worker as an argument, by itself or inside another, and at most so many of all of them
/// are past <see cref="Acquire"/> at a time. The permits of a process that dies, killed or not, come back, and <see cref="LockScope.WasAbandoned"/> tells who gets one.
/// </summary>
/// <remarks>
/// <para>A permit belongs to the process that acquired it: any of its threads may release it, so a hold may live across an <c>await</c>, and no other
/// process can. That is what lets the dead's permits be told from the living's, and it is where this differs from <see cref="SemaphoreSlim"/> and Python's
/// <c>multiprocessing.Semaphore</c>, which lose them for good: <see cref="Release"/> never adds a permit, as <c>BoundedSemaphore</c> does not. To signal another process,
/// use a <see cref="ProcessEvent"/> or a <see cref="ProcessQueue{T}"/>.</para>
/// <para>It is not fair: who comes while a permit is free takes it, though others have waited longer.</para>
/// </remarks>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed class ProcessSemaphore : IDisposable, ILockOwner, ISharedPrimitive<ProcessSemaphore>
{
    /// <summary>The most permits that a semaphore can have: 65,536.</summary>
    public const int MaxCount = 1 << 16;

    private static readonly ulong s_kind = SharedMemoryKind.Of(nameof(ProcessSemaphore));

    /// <summary>This object's stand on the shared memory. A hold keeps the memory mapped, so a scope can be disposed after the semaphore.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>Used inside the lease only.</summary>
    private readonly PermitTable _permits;

    /// <summary>Waits for asynchronous callers.</summary>
    private readonly AsyncLane<LockScope> _asyncWaits = new();

    /// <summary>Makes a semaphore whose permits are all free.</summary>
    /// <param name="initialCount">The number of permits.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initialCount"/> is not positive, or greater than <see cref="MaxCount"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessSemaphore(int initialCount)
        : this(initialCount, name: null)
    {
    }

    /// <summary>Opens the semaphore of this name, or makes it with all permits free: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="initialCount">The number of permits.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the semaphore that is there has another number of permits.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initialCount"/> is not positive, or greater than <see cref="MaxCount"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public ProcessSemaphore(string name, int initialCount)
        : this(initialCount, name ?? throw new ArgumentNullException(nameof(name)))
    {
    }

    private ProcessSemaphore(int initialCount, string? name)
        : this(Make(initialCount, name))
    {
        if (_permits.Count != initialCount)
            throw _lease.Differs(name, $"has {_permits.Count} permits", nameof(initialCount));
    }

    private ProcessSemaphore(SharedMemoryLease lease)
    {
        _permits = PermitTable.On(lease.Memory);
        if (_permits.Count is < 1 or > MaxCount)
            throw new InvalidDataException($"The shared memory of this ProcessSemaphore is damaged: it speaks of {_permits.Count} permits.");
        _lease = lease;
        var permits = _permits;
        lease.Memory.KeepWhile(() => permits.IsAnyHeldHere);
    }

    static string ISharedPrimitive<ProcessSemaphore>.Name => nameof(ProcessSemaphore);

    static ulong ISharedPrimitive<ProcessSemaphore>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<ProcessSemaphore>.Lease => _lease;

    /// <summary>How many permits are free at this moment. Those of a process that died count once somebody has waited for one.</summary>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed in this process.</exception>
    public int CurrentCount
    {
        get
        {
            _lease.Enter();
            try
            {
                return _permits.FreeCount;
            }
            finally
            {
                _lease.Exit();
            }
        }
    }

    static ProcessSemaphore ISharedPrimitive<ProcessSemaphore>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>Blocks until a permit is free, or its holder has died, and takes it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; dispose it to give the permit back.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before a permit was taken.</exception>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed in this process, before the call or during the wait.</exception>
    public LockScope Acquire(CancellationToken cancellationToken = default)
    {
        TryAcquire(new WaitLimits(Deadline.Never, cancellationToken, _lease), out var scope);
        return scope;
    }

    /// <summary>Waits without blocking the caller until a permit is free, or its holder has died, and takes it. One thread waits for all asynchronous callers, in their order.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; dispose it to give the permit back.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before a permit was taken.</exception>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed in this process, before the call or during the wait.</exception>
    public ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<LockScope>(cancellationToken);
        return !_asyncWaits.IsBusy && TryAcquire(TimeSpan.Zero, out var scope)
            ? ValueTask.FromResult(scope)
            : _asyncWaits.Run(Acquire, cancellationToken);
    }

    /// <summary>Blocks for at most <paramref name="timeout"/> until a permit is free, or its holder has died, and takes it.</summary>
    /// <param name="timeout">How long to wait; <see cref="TimeSpan.Zero"/> tries once, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</param>
    /// <param name="scope">The hold when a permit was taken, else a scope that holds nothing.</param>
    /// <returns>Whether a permit was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed in this process, before the call or during the wait.</exception>
    public bool TryAcquire(TimeSpan timeout, out LockScope scope) =>
        TryAcquire(new WaitLimits(Deadline.After(timeout), default, _lease), out scope);

    /// <summary>Gives back one of this process's permits; which of them makes no difference, but a scope gives back its own.</summary>
    /// <exception cref="SynchronizationLockException">This process holds no permit.</exception>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed in this process, which holds no permit.</exception>
    public void Release()
    {
        if (!_lease.Memory.TryVisit(out var visit))
            _lease.ThrowIfEnded();
        using (visit)
        {
            if (!_permits.ReleaseAny())
                throw new SynchronizationLockException("This ProcessSemaphore is not held by this process: it has no permit to give back. Each Release needs an Acquire of its own in the same process; a scope releases by itself. To signal another process, use a ProcessEvent.");
        }
    }

    void ILockOwner.ReleaseHold(long ticket, int part)
    {
        // Unmapped memory has no holds: each keeps it mapped.
        if (!_lease.Memory.TryVisit(out var visit))
            return;
        using (visit)
            _permits.Release(part, ticket);
    }

    /// <summary>
    /// Lets go of the semaphore in this process; others that have it go on. A hold stays until its scope is disposed or the process ends.
    /// Whoever waits for it through this object gets an <see cref="ObjectDisposedException"/>. Calling it again does nothing.
    /// </summary>
    public void Dispose()
    {
        if (!_lease.Memory.TryEnter())
            return;
        _lease.Dispose();
        _permits.WakeAll();
        _lease.Exit();
    }

    private static SharedMemoryLease Make(int initialCount, string? name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initialCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initialCount, MaxCount);
        return SharedMemoryTable.Make(name, s_kind, PermitTable.SizeFor(initialCount), nameof(ProcessSemaphore), memory => PermitTable.Create(memory, initialCount));
    }

    private bool TryAcquire(in WaitLimits limits, out LockScope scope)
    {
        limits.CancellationToken.ThrowIfCancellationRequested();
        using var visit = _lease.Visit();
        var isTaken = _permits.Acquire(limits, out var hold, out var permit);
        Debug.Assert(!isTaken || permit < _permits.Count);
        scope = isTaken ? new LockScope(this, hold.Ticket, permit, hold.WasAbandoned) : default;
        return isTaken;
    }
}
