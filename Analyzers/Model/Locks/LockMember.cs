using static Tandem.Analyzers.Model.LockAction;
using static Tandem.Analyzers.Model.LockMode;

namespace Tandem.Analyzers.Model;

/// <summary>A member that does something to a lock.</summary>
/// <param name="Type">The type that declares it, by its full name.</param>
/// <param name="Kind">The kind of lock.</param>
/// <param name="Action">What the member does.</param>
/// <param name="Member">Its name.</param>
/// <param name="Mode">How the lock is held.</param>
internal sealed record LockMember(string Type, LockKind Kind, LockAction Action, string Member, LockMode Mode = Exclusive)
{
    private const string Threading = "System.Threading.";

    /// <summary>Of a user's acquire, the member that releases.</summary>
    public string? Counterpart { get; init; }

    /// <summary>The members of the BCL and of Tandem.</summary>
    public static IReadOnlyList<LockMember> Known { get; } =
    [
        new(Threading + "Monitor", LockKind.Monitor, Acquire, "Enter"),
        new(Threading + "Monitor", LockKind.Monitor, TryAcquire, "TryEnter"),
        new(Threading + "Monitor", LockKind.Monitor, Release, "Exit"),
        new(Threading + "Monitor", LockKind.Monitor, Query, "IsEntered"),
        new(Threading + "Monitor", LockKind.Monitor, Use, "Wait"),
        new(Threading + "Monitor", LockKind.Monitor, Use, "Pulse"),
        new(Threading + "Monitor", LockKind.Monitor, Use, "PulseAll"),

        new(Threading + "Lock", LockKind.Lock, Acquire, "Enter"),
        new(Threading + "Lock", LockKind.Lock, Acquire, "EnterScope"),
        new(Threading + "Lock", LockKind.Lock, TryAcquire, "TryEnter"),
        new(Threading + "Lock", LockKind.Lock, Release, "Exit"),
        new(Threading + "Lock", LockKind.Lock, Query, "IsHeldByCurrentThread"),

        new(Threading + "SemaphoreSlim", LockKind.Semaphore, Acquire, "Wait"),
        new(Threading + "SemaphoreSlim", LockKind.Semaphore, Acquire, "WaitAsync"),
        new(Threading + "SemaphoreSlim", LockKind.Semaphore, Release, "Release"),
        new(Threading + "Semaphore", LockKind.Semaphore, Acquire, "WaitOne"),
        new(Threading + "Semaphore", LockKind.Semaphore, Release, "Release"),

        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Acquire, "EnterReadLock", Read),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, TryAcquire, "TryEnterReadLock", Read),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Release, "ExitReadLock", Read),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Query, "IsReadLockHeld", Read),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Acquire, "EnterUpgradeableReadLock", UpgradeableRead),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, TryAcquire, "TryEnterUpgradeableReadLock", UpgradeableRead),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Release, "ExitUpgradeableReadLock", UpgradeableRead),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Query, "IsUpgradeableReadLockHeld", UpgradeableRead),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Acquire, "EnterWriteLock", Write),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, TryAcquire, "TryEnterWriteLock", Write),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Release, "ExitWriteLock", Write),
        new(Threading + "ReaderWriterLockSlim", LockKind.ReaderWriter, Query, "IsWriteLockHeld", Write),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Acquire, "AcquireReaderLock", Read),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Release, "ReleaseReaderLock", Read),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Query, "IsReaderLockHeld", Read),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Acquire, "AcquireWriterLock", Write),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Release, "ReleaseWriterLock", Write),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Query, "IsWriterLockHeld", Write),
        new(Threading + "ReaderWriterLock", LockKind.ReaderWriter, Release, "ReleaseLock", Any),

        new(Threading + "Mutex", LockKind.Mutex, Acquire, "WaitOne"),
        new(Threading + "Mutex", LockKind.Mutex, Release, "ReleaseMutex"),

        new(Threading + "SpinLock", LockKind.SpinLock, Acquire, "Enter"),
        new(Threading + "SpinLock", LockKind.SpinLock, TryAcquire, "TryEnter"),
        new(Threading + "SpinLock", LockKind.SpinLock, Release, "Exit"),
        new(Threading + "SpinLock", LockKind.SpinLock, Query, "IsHeldByCurrentThread"),

        .. Tandem("ThreadLock", LockKind.ThreadLock),
        .. Tandem("ProcessLock", LockKind.ProcessLock),
        .. Tandem("ProcessSemaphore", LockKind.Semaphore),
    ];

    private static LockMember[] Tandem(string type, LockKind kind) =>
    [
        new("Tandem." + type, kind, Acquire, "Acquire"),
        new("Tandem." + type, kind, Acquire, "AcquireAsync"),
        new("Tandem." + type, kind, TryAcquire, "TryAcquire"),
        new("Tandem." + type, kind, Release, "Release"),
    ];
}
