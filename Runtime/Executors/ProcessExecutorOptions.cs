namespace Tandem;

/// <summary>How a <see cref="ProcessExecutor"/> works. Read once, when the executor is made.</summary>
public sealed class ProcessExecutorOptions : WorkerOptions
{
    /// <summary>The most worker processes at once. 0, the default, is the number of cores, as Python's <c>ProcessPoolExecutor</c>.</summary>
    public int MaxWorkers { get; set; }

    /// <summary>
    /// Runs once in each worker, before its first task: a static method, or a lambda that captures nothing. Null, the default, runs
    /// nothing. What it sets for its thread (AsyncLocals, culture) each task finds. Where it fails in three workers in a row, the tasks that
    /// wait fail with <see cref="WorkerStartException"/>.
    /// </summary>
    public Action? Initializer { get; set; }

    /// <summary>
    /// How many tasks a worker runs before a fresh process takes its place, which bounds what leaky work can hold. Null, the default, is
    /// no limit. A chunk of <c>Map</c> is one task. As Python's <c>maxtasksperchild</c>.
    /// </summary>
    public int? MaxTasksPerWorker { get; set; }

    /// <summary>
    /// How long cancelled work that takes a <see cref="CancellationToken"/> as an argument of its own may take to end by itself before its
    /// worker is killed: 2 seconds by default. <see cref="TimeSpan.Zero"/> kills at once, as it does for work that takes no token;
    /// <see cref="Timeout.InfiniteTimeSpan"/> never kills.
    /// </summary>
    public TimeSpan CancellationGracePeriod { get; set; } = TimeSpan.FromSeconds(2);
}
