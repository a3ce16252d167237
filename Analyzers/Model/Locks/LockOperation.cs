using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The kinds of lock that the rules tell apart.</summary>
internal enum LockKind
{
    /// <summary>An object's monitor: <c>lock</c>, Monitor.Enter.</summary>
    Monitor,

    /// <summary>System.Threading.Lock.</summary>
    Lock,

    /// <summary>SemaphoreSlim, Semaphore, ProcessSemaphore: belongs to nobody, and may be a signal instead of a lock.</summary>
    Semaphore,

    /// <summary>ReaderWriterLockSlim and ReaderWriterLock.</summary>
    ReaderWriter,

    /// <summary>System.Threading.Mutex.</summary>
    Mutex,

    /// <summary>System.Threading.SpinLock.</summary>
    SpinLock,

    /// <summary>Tandem's ThreadLock.</summary>
    ThreadLock,

    /// <summary>Tandem's ProcessLock.</summary>
    ProcessLock,

    /// <summary>A lock of the user's own, declared in .editorconfig.</summary>
    Custom,
}

/// <summary>How a lock is held. A release undoes an acquire of its own mode only.</summary>
internal enum LockMode
{
    /// <summary>By one holder, or a permit of a semaphore.</summary>
    Exclusive,

    /// <summary>Shared with other readers.</summary>
    Read,

    /// <summary>As the one reader that may become a writer.</summary>
    UpgradeableRead,

    /// <summary>By the one writer.</summary>
    Write,

    /// <summary>Of a release: whatever mode is held.</summary>
    Any,
}

/// <summary>What a call does to a lock.</summary>
internal enum LockAction
{
    /// <summary>Takes the lock, or throws.</summary>
    Acquire,

    /// <summary>Takes the lock or not, and tells which.</summary>
    TryAcquire,

    /// <summary>Gives the lock back.</summary>
    Release,

    /// <summary>Asks whether the lock is held.</summary>
    Query,

    /// <summary>Needs the lock and leaves it as it was: Monitor.Pulse, Monitor.Wait.</summary>
    Use,
}

/// <summary>A call (or a property read, or the making of an owned Mutex) that does something to a lock.</summary>
/// <param name="Operation">The call.</param>
/// <param name="Action">What it does.</param>
/// <param name="Kind">The kind of lock.</param>
/// <param name="Mode">How it is held.</param>
/// <param name="Lock">Which lock; unnamed where the code has no stable name for it.</param>
/// <param name="Taken">The <c>ref bool</c> variable that tells whether the lock was taken, if there is one.</param>
/// <param name="Scope">The <c>out</c> variable that receives the scope, if there is one.</param>
/// <param name="ReturnsScope">Whether the result is a scope that releases the lock when it is disposed.</param>
/// <param name="IsAsync">Whether the lock is held only once the result is awaited.</param>
/// <param name="Many">Whether a release gives back more than one permit.</param>
/// <param name="MayThrow">Whether the call can throw in a sound program: it can be cancelled, or the last holder can have died.</param>
/// <param name="MayFail">Whether the call can throw without taking the lock: it can be cancelled, or tells of a timeout by an exception.</param>
/// <param name="ReleasedBy">Of a user's acquire, the name of the member that releases; null where its scope does.</param>
/// <param name="IsByHelper">Whether the call is one of this program's, which takes the lock for its caller.</param>
internal sealed record LockOperation(
    IOperation Operation,
    LockAction Action,
    LockKind Kind,
    LockMode Mode,
    AccessPath Lock,
    IOperation? Taken = null,
    IOperation? Scope = null,
    bool ReturnsScope = false,
    bool IsAsync = false,
    bool Many = false,
    bool MayThrow = false,
    bool MayFail = false,
    string? ReleasedBy = null,
    bool IsByHelper = false)
{
    /// <summary>Whether the lock is given to the call as its argument, as to Monitor's.</summary>
    public bool TakesLockAsArgument => !IsByHelper && Operation is IInvocationOperation { TargetMethod: { IsStatic: true, IsExtensionMethod: false } };

    public bool IsAcquire => Action is LockAction.Acquire or LockAction.TryAcquire;

    /// <summary>Whether this release gives back what an acquire of that lock and mode took.</summary>
    public bool Releases(AccessPath path, LockMode mode) => Lock.Equals(path) && (Mode == mode || Mode == LockMode.Any);
}
