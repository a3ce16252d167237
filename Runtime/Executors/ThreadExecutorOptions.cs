namespace Tandem;

/// <summary>How a <see cref="ThreadExecutor"/> works. Read once, when the executor is made.</summary>
public sealed class ThreadExecutorOptions
{
    /// <summary>
    /// The most threads at once. 0, the default, is min(32, cores + 4), as Python's <c>ThreadPoolExecutor</c>: more than cores, since
    /// threads that wait for I/O use none.
    /// </summary>
    public int MaxWorkers { get; set; }

    /// <summary>
    /// Runs once on each thread, before its first task; null, the default, runs nothing. What it sets for its thread (AsyncLocals,
    /// culture) each task finds. Where it fails three times in a row, the tasks that wait fail with <see cref="WorkerStartException"/>.
    /// </summary>
    public Action? Initializer { get; set; }
}
