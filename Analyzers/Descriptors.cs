using Microsoft.CodeAnalysis;
using static Microsoft.CodeAnalysis.DiagnosticSeverity;

namespace Tandem.Analyzers;

/// <summary>The rule table: one short entry a rule. Pages of the same id are in docs/rules.</summary>
internal static class Descriptors
{
    private const string Executors = "Tandem.Executors", Locks = "Tandem.Locks", Processes = "Tandem.Processes", Races = "Tandem.Races";

    public static readonly DiagnosticDescriptor CpuBoundWorkOnThreads = Rule("TDM1001", Executors, Warning,
        "CPU-bound work on threads",
        "{0} {1}; {2}");

    public static readonly DiagnosticDescriptor IoBoundWorkOnProcesses = Rule("TDM1002", Executors, Info,
        "I/O-bound work on processes",
        "{0} is I/O-bound ({1}), and while it waits it holds a whole process, with a runtime of its own, where a thread would do; run it on a ThreadExecutor");

    public static readonly DiagnosticDescriptor ExecutorNeverShutDown = Rule("TDM1003", Executors, Warning,
        "Executor never shut down",
        "'{0}' is made here, but {1}, so its workers stay; {2}");

    public static readonly DiagnosticDescriptor ResultDropped = Rule("TDM1004", Executors, Warning,
        "Result of submitted work dropped, so its exception is lost",
        "{0}, so {1}; {2}");

    public static readonly DiagnosticDescriptor WaitOnOwnExecutor = Rule("TDM1005", Executors, Warning,
        "A worker waits for work on its own executor",
        "'{1}' keeps a worker of '{0}', which this runs on (submitted on line {2}), until '{0}' has run other work; where all workers wait so, none is left to run it; call that work directly, or await it");

    public static readonly DiagnosticDescriptor LockNotReleased = Rule("TDM2001", Locks, Warning,
        "Lock not released on every path",
        "'{0}' is acquired here but not released {1}; {2}");

    public static readonly DiagnosticDescriptor LockReleasedNotHeld = Rule("TDM2002", Locks, Warning,
        "Lock released that is not held",
        "'{0}' is released here, but {1}; {2}");

    public static readonly DiagnosticDescriptor UnsafeLockObject = Rule("TDM2003", Locks, Warning,
        "Lock object that others can lock or that changes",
        "'{0}' is locked here, but {1}; lock a private readonly field instead");

    public static readonly DiagnosticDescriptor LockHeldAcrossAwait = Rule("TDM2004", Locks, Warning,
        "await or yield while a thread-affine lock is held",
        "'{0}', acquired on line {1}, belongs to its thread, but {2}; {3}");

    public static readonly DiagnosticDescriptor LocksInOppositeOrders = Rule("TDM2005", Locks, Warning,
        "Locks taken in opposite orders",
        "{0}, but {1}; {2}");

    public static readonly DiagnosticDescriptor LockTakenAgain = Rule("TDM2006", Locks, Warning,
        "Non-reentrant lock taken again by its holder; read lock upgraded to write",
        "{0} '{1}', which is held since line {2}; {3}");

    public static readonly DiagnosticDescriptor SlowCallUnderLock = Rule("TDM2007", Locks, Info,
        "Slow call while a lock is held",
        "{0} while '{1}', acquired on line {2}, is held, and everybody who needs the lock waits for it; {3}");

    public static readonly DiagnosticDescriptor ConditionTestedOnce = Rule("TDM2008", Locks, Warning,
        "Condition waited for with 'if', not 'while'",
        "'{0}' is tested before this wait and not again after it, when another thread may have changed it back; wait in a 'while' loop");

    public static readonly DiagnosticDescriptor WaitWithoutLock = Rule("TDM2009", Locks, Warning,
        "Wait or Pulse without the lock",
        "'{0}' needs the lock of '{1}', {2}, and throws; {3}");

    public static readonly DiagnosticDescriptor LockCopied = Rule("TDM2010", Locks, Warning,
        "Lock copied by value",
        "'{0}' {1}; {2}");

    public static readonly DiagnosticDescriptor WorkCapturesState = Rule("TDM3001", Processes, Warning,
        "Work for a process captures state that stays behind",
        "This work runs in another process, but captures {0}, and that stays behind in this one; {1}");

    public static readonly DiagnosticDescriptor StaticStateInWork = Rule("TDM3002", Processes, Warning,
        "Static state written or read by work in a process: the write is lost, the read is stale",
        "'{0}' is {1} here in a worker process ({2}), which has a '{0}' of its own; {3}");

    public static readonly DiagnosticDescriptor UnportableType = Rule("TDM3003", Processes, Error,
        "Argument or result can't cross a process boundary",
        "{0} {1}, which cannot cross a process boundary; {2}");

    public static readonly DiagnosticDescriptor UnlockedSharedMemory = Rule("TDM3004", Processes, Warning,
        "Unlocked read-modify-write of shared memory",
        "'{0}' is read and written here in two steps, but {1}, and {2}; {3}");

    public static readonly DiagnosticDescriptor PipeEndShared = Rule("TDM3005", Processes, Warning,
        "One end of a pipe used by several workers",
        "'{0}', one end of a pipe, {1}, and each item goes to whichever of them comes first; use a ProcessQueue, or hold one ProcessLock around each use");

    public static readonly DiagnosticDescriptor ArgumentChangedByWorker = Rule("TDM3006", Processes, Warning,
        "Argument changed by the worker, the change then expected by the caller",
        "'{0}' is changed by this work {1}, but that changes a copy of it in another process, and what is read of it {2} is as it was before; return it from the work");

    public static readonly DiagnosticDescriptor CheckThenAct = Rule("TDM4001", Races, Warning,
        "Check-then-act race",
        "'{0}' is checked here and changed on line {1}, but {2}; another thread can change it in between");

    public static readonly DiagnosticDescriptor NonAtomicUpdate = Rule("TDM4002", Races, Warning,
        "Non-atomic update of shared state",
        "'{0}' is read and written here in two steps, but {1} and no lock covers both; what another thread writes in between is lost");

    public static readonly DiagnosticDescriptor ConcurrentCollectionSteps = Rule("TDM4003", Races, Warning,
        "Check-then-act on a concurrent collection",
        "{0}, but {1}; another thread can change it in between, so {2}");

    public static readonly DiagnosticDescriptor LazyInitialization = Rule("TDM4004", Races, Warning,
        "Unsafe lazy initialisation, broken double-checked lock",
        "{0}, but {1}; {2}");

    public static readonly DiagnosticDescriptor UnsafeCollection = Rule("TDM4005", Races, Warning,
        "Unsafe collection changed by several threads",
        "'{0}' is {2} here, but {3}, and a {1} is not made for several threads; hold one lock around every use, or use a concurrent collection");

    public static readonly DiagnosticDescriptor DataRace = Rule("TDM4006", Races, Warning,
        "Data race: accesses that may overlap, one a write, no lock in common",
        "'{0}' is {1} here, but {2}; {3}");

    public static readonly DiagnosticDescriptor UnguardedAccess = Rule("TDM4007", Races, Warning,
        "Guarded state touched without its lock",
        "'{0}' is {1} here without '{2}', {3}; take that lock around it");

    public static readonly DiagnosticDescriptor LoopVariableCaptured = Rule("TDM4008", Races, Warning,
        "Loop variable captured by work that starts in the loop",
        "'{0}' is read here by work that is started on line {1} and runs on beside the loop, but the loop changes '{0}' on line {2}; copy it to a local of each round");

    private static DiagnosticDescriptor Rule(string id, string category, DiagnosticSeverity severity, string title, string message) =>
        new(id, title, message, category, severity, isEnabledByDefault: true, helpLinkUri: $"https://github.com/tandem-dotnet/tandem/blob/main/docs/rules/{id}.md");
}
