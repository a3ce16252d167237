using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Where the work of a <see cref="Spawn"/> runs.</summary>
internal enum SpawnKind
{
    /// <summary>A thread of its own.</summary>
    Thread,

    /// <summary>A thread of the pool, started without a task.</summary>
    ThreadPool,

    /// <summary>A thread of the pool, started as a task.</summary>
    Task,

    /// <summary>Parallel or PLINQ, bounded by the number of cores.</summary>
    Parallel,

    /// <summary>A thread of the pool, whenever the timer fires.</summary>
    Timer,

    /// <summary>A worker of a Tandem ThreadExecutor.</summary>
    ThreadExecutor,

    /// <summary>A worker process.</summary>
    Process,

    /// <summary>Wherever a member that the user declares runs it.</summary>
    Custom,

    /// <summary>The host runs it beside all others that know the service.</summary>
    Hosted,

    /// <summary>A worker of a Tandem Executor whose kind the code does not tell.</summary>
    Executor,
}

/// <summary>A place where code starts to run concurrently with the code that follows it.</summary>
/// <param name="Site">The call or object creation that hands the work over.</param>
/// <param name="Work">The delegate handed over: a lambda, a method group, or a value that holds one; conversions stripped.</param>
/// <param name="Kind">Where the work runs.</param>
/// <param name="Repeats">Whether one execution of the site runs the work several times, overlapping itself.</param>
/// <param name="Joins">Whether the site returns only after the work has ended, so that it overlaps itself at most.</param>
/// <param name="IsSerial">Whether its work, and all other such work, runs one after another.</param>
/// <param name="IsQueued">Whether that holds whoever starts it, and from wherever: the queue is kept in a field.</param>
internal readonly record struct Spawn(IOperation Site, IOperation Work, SpawnKind Kind, bool Repeats, bool Joins, bool IsSerial = false, bool IsQueued = false);
