using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A lock that processes share: pass it to a worker as an argument, by itself or inside another, and both sides have the same lock.
/// A holder that dies, killed or not, never blocks the living: the lock passes on, and <see cref="LockScope.WasAbandoned"/> tells the next owner.
/// </summary>
/// <remarks>
/// <para>A plain lock belongs to the process that holds it: any of its threads may release it, so a hold may live across an <c>await</c>;
/// it is not reentrant. A reentrant one belongs to the thread that took it, which may take it again and releases it as often; a thread that ends
/// while it holds the lock has abandoned it, as it would a <see cref="Mutex"/>, though its process lives on.</para>
/// <para>The lock is not fair: who comes while it is free takes it, though others have waited longer. Nothing else lets processes pass a
/// lock on without waiting for each other to be scheduled.</para>
/// <para>What <c>multiprocessing.Lock</c> and <c>RLock</c> are in Python, where a killed holder's lock is lost for good; what a named
/// <see cref="Mutex"/> is, which ties itself to a thread. The state lies in shared memory that no file system knows; it is gone with the last process that has it.</para>
/// </remarks>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed unsafe partial class ProcessLock : IDisposable, ILockOwner, ISharedPrimitive<ProcessLock>
{
    /// <summary>What a lock takes of the beginning of another primitive's memory; see <see cref="Within"/>.</summary>
    internal const int SizeWithin = 64;

    private static readonly ulong s_kind = SharedMemoryKind.Of(nameof(ProcessLock));

    /// <summary>This object's stand on the shared memory. A hold keeps the memory mapped, so a scope can be disposed after the lock.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>What lies in the memory; use it inside only.</summary>
    private readonly State* _shared;

    /// <summary>The lock belongs to a thread, which may take it again.</summary>
    private readonly bool _isReentrant;

    /// <summary>Waits for asynchronous callers.</summary>
    private readonly AsyncLane<LockScope> _asyncWaits = new();

    /// <summary>Makes a lock that nobody holds.</summary>
    /// <param name="reentrant">Whether the lock belongs to the thread that takes it, which may take it again, and whose end passes it on.</param>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessLock(bool reentrant = false)
        : this(reentrant, name: null)
    {
    }

    /// <summary>Opens the lock of this name, or makes it: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="reentrant">Whether the lock belongs to the thread that takes it, which may take it again, and whose end passes it on.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the lock that is there differs in <paramref name="reentrant"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public ProcessLock(string name, bool reentrant = false)
        : this(reentrant, name ?? throw new ArgumentNullException(nameof(name)))
    {
    }

    private ProcessLock(bool reentrant, string? name)
    {
        _lease = SharedMemoryTable.Make(name, s_kind, sizeof(State), nameof(ProcessLock), memory => memory.At<State>(0)->IsReentrant = reentrant ? 1 : 0);
        _shared = _lease.Memory.At<State>(0);
        _isReentrant = _shared->IsReentrant != 0;
        if (_isReentrant != reentrant)
            throw _lease.Differs(name, $"is {(_isReentrant ? "" : "not ")}reentrant", nameof(reentrant));
    }

    private ProcessLock(SharedMemoryLease lease)
    {
        _lease = lease;
        _shared = _lease.Memory.At<State>(0);
        _isReentrant = _shared->IsReentrant != 0;
    }

    static string ISharedPrimitive<ProcessLock>.Name => nameof(ProcessLock);

    static ulong ISharedPrimitive<ProcessLock>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<ProcessLock>.Lease => _lease;

    /// <summary>The kind of memory that begins with a lock; see <see cref="Within"/>.</summary>
    internal static ulong FirstKind => s_kind;

    /// <summary>A reentrant one is held by a thread, and so abandoned by its end, as a <see cref="Mutex"/> is.</summary>
    private RobustLock Word => _isReentrant ? new(&_shared->Word, ProcessIdentity.CurrentThread) : new(&_shared->Word);

    /// <summary>The plain lock at the beginning of another primitive's memory; zeros there are a free one.</summary>
    internal static ProcessLock Within(SharedMemory memory) => new(SharedMemoryTable.Share(memory, nameof(ProcessLock)));

    static ProcessLock ISharedPrimitive<ProcessLock>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>Blocks until the lock is free, or its holder has died, and takes it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was taken.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process, before the call or during the wait.</exception>
    public LockScope Acquire(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested || !TryTake(out var scope))
            TryAcquire(new WaitLimits(Deadline.Never, cancellationToken, _lease), out scope);
        return scope;
    }

    /// <summary>Waits without blocking the caller until the lock is free, or its holder has died, and takes it. One thread waits for all asynchronous callers.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; dispose it to release the lock.</returns>
    /// <exception cref="InvalidOperationException">The lock is reentrant: it belongs to a thread, and the code after an <c>await</c> may run on another.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was taken.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process, before the call or during the wait.</exception>
    public ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken = default)
    {
        if (_isReentrant)
            throw new InvalidOperationException("A reentrant ProcessLock belongs to the thread that took it, and the code after an await may run on another thread. Use Acquire, or a ProcessLock that is not reentrant.");
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<LockScope>(cancellationToken);
        return !_asyncWaits.IsBusy && TryAcquire(TimeSpan.Zero, out var scope)
            ? ValueTask.FromResult(scope)
            : _asyncWaits.Run(Acquire, cancellationToken);
    }

    /// <summary>Blocks for at most <paramref name="timeout"/> until the lock is free, or its holder has died, and takes it.</summary>
    /// <param name="timeout">How long to wait; <see cref="TimeSpan.Zero"/> tries once, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</param>
    /// <param name="scope">The hold when the lock was taken, else a scope that holds nothing.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process, before the call or during the wait.</exception>
    public bool TryAcquire(TimeSpan timeout, out LockScope scope) =>
        TryAcquire(new WaitLimits(Deadline.After(timeout), default, _lease), out scope);

    /// <summary>Releases the lock; a reentrant one when this was called as often as it was taken.</summary>
    /// <exception cref="SynchronizationLockException">This process does not hold the lock; for a reentrant one, this thread does not.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed in this process and is not held.</exception>
    public void Release()
    {
        if (!_lease.Memory.TryVisit(out var visit))
            _lease.ThrowIfEnded();
        using (visit)
        {
            if (_isReentrant)
                ReleaseReentrant();
            else if (!TryReleaseHere())
                throw NotHeld("This ProcessLock is not held by this process, so it can't be released here. Each Release needs an Acquire of its own in the same process; a scope releases by itself.");
        }
    }

    void ILockOwner.ReleaseHold(long ticket, int part)
    {
        // Unmapped memory has no holds: each keeps it mapped.
        if (!_lease.Memory.TryVisit(out var visit))
            return;
        using (visit)
        {
            if (_isReentrant)
                ReleaseReentrant(ticket, depth: part);
            else
                TryRelease(ticket);
        }
    }

    /// <summary>
    /// Lets go of the lock in this process; others that have it go on. A hold stays until its scope is disposed or the process ends.
    /// Whoever waits for it through this object gets an <see cref="ObjectDisposedException"/>. Calling it again does nothing.
    /// </summary>
    public void Dispose()
    {
        if (!_lease.Memory.TryEnter())
            return;
        _lease.Dispose();
        Word.WakeAll();
        _lease.Exit();
    }

    /// <summary>Takes a plain lock that is free: what mostly happens, and so without all that a wait needs.</summary>
    private bool TryTake(out LockScope scope)
    {
        scope = default;
        if (_isReentrant)
            return false;
        using var visit = _lease.Visit();
        AssertInvariants();
        if (!Word.TryTake(out var hold))
            return false;
        scope = Begin(hold);
        return true;
    }

    private bool TryAcquire(in WaitLimits limits, out LockScope scope)
    {
        limits.CancellationToken.ThrowIfCancellationRequested();
        using var visit = _lease.Visit();
        AssertInvariants();
        var word = Word;
        if (_isReentrant && word.IsHeldHere)
        {
            scope = new LockScope(this, word.Current, ++_shared->Depth);
            return true;
        }

        var isTaken = word.Acquire(limits, out var hold);
        scope = isTaken ? Begin(hold) : default;
        return isTaken;
    }

    /// <summary>The lock was taken here.</summary>
    private LockScope Begin(LockHold hold)
    {
        _lease.Memory.MarkHeld(hold.Ticket);
        if (_isReentrant)
            _shared->Depth = 1;
        if (hold.WasAbandoned)
            _shared->AbandonedTicket = hold.Ticket;
        else if (_shared->AbandonedTicket == hold.Ticket)
            // The numbers of the holds have come round.
            _shared->AbandonedTicket = 0;
        return new LockScope(this, hold.Ticket, part: 1, hold.WasAbandoned);
    }

    private void ReleaseReentrant(long ticket, int depth)
    {
        // Ended by Release(), or disposed before.
        var word = Word;
        if (word.Current != ticket || (word.IsHeldHere && _shared->Depth < depth))
            return;
        if (word.IsHeldHere && _shared->Depth > depth)
            throw NotHeld("This scope of a reentrant ProcessLock was disposed while the thread still has an inner one. Dispose them in the reverse order, as using does.");
        ReleaseReentrant();
    }

    private void ReleaseReentrant()
    {
        var word = Word;
        if (!word.IsHeldHere)
            throw NotHeld("This reentrant ProcessLock is not held by this thread, so it can't be released here. Release it on the thread that took it, or use one that is not reentrant.");
        if (--_shared->Depth > 0)
            return;
        TryReleaseHere();
    }

    private bool TryReleaseHere()
    {
        var word = Word;
        while (true)
        {
            var ticket = word.Current;
            if (!word.IsOwn(ticket))
                return false;
            if (TryRelease(ticket))
                return true;
        }
    }

    private bool TryRelease(long ticket) => Word.Release(ticket, ticket == _shared->RenamedTicket ? _shared->TicketBefore : ticket);

    private static SynchronizationLockException NotHeld(string message) => new(message);

    /// <summary>Throws where others would assert: other processes can write here too, and a test may do so on purpose.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        if (!_isReentrant && _shared->Depth != 0)
            throw Damaged("A plain lock has no depth.");
        if (_isReentrant && Word.IsHeldHere && _shared->Depth <= 0)
            throw Damaged("A thread that holds the lock has taken it.");

        static InvalidDataException Damaged(string invariant) =>
            new($"The shared memory of this ProcessLock is damaged. {invariant}");
    }

    /// <summary>What lies in the shared memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        /// <summary>See <see cref="RobustLock"/>.</summary>
        public long Word;

        /// <summary>How often its thread has taken a reentrant lock. Written by that thread alone; what a dead one left here is overwritten by the next.</summary>
        public int Depth;

        /// <summary>1 for a reentrant lock; written once, before the lock is passed on.</summary>
        public int IsReentrant;

        /// <summary>The ticket that a hold was given again after a wait for a condition, and the one that it had; see <see cref="RobustLock.Rename"/>. Written by the holder.</summary>
        public long RenamedTicket, TicketBefore;

        /// <summary>The ticket of the last hold that was taken from a dead holder. Written by who took it.</summary>
        public long AbandonedTicket;
    }
}
