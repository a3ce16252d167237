namespace Tandem.Workers;

/// <summary>What all worker processes of one executor have in common: the checked copy of <see cref="ProcessExecutorOptions"/>.</summary>
internal sealed class WorkerSettings
{
    private readonly WorkerCommand? _command;

    private WorkerSettings(WorkerCommand? command) => _command = command;

    public required WorkReference? Initializer { get; init; }

    public required TimeSpan CancellationGracePeriod { get; init; }

    public required WorkerSurroundings Surroundings { get; init; }

    /// <summary>How often work marked idempotent is run again.</summary>
    public required int MaxRetries { get; init; }

    /// <summary>The resident memory in bytes from which on a worker is replaced; null: no matter how much.</summary>
    public required long? MaxWorkerMemory { get; init; }

    /// <summary>How they are started; this application's own command unless told otherwise.</summary>
    public WorkerCommand Command => _command ?? WorkerCommand.Current;

    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    /// <exception cref="DirectoryNotFoundException">The working directory is not there.</exception>
    public static WorkerSettings From(ProcessExecutorOptions options, WorkerCommand? command)
    {
        Check(options.MaxTasksPerWorker is null or >= 1, options.MaxTasksPerWorker, "MaxTasksPerWorker is less than 1, so a worker could never run anything. Give 1 or more, or null for no limit.");
        Check(options.CancellationGracePeriod >= TimeSpan.Zero || options.CancellationGracePeriod == Timeout.InfiniteTimeSpan, options.CancellationGracePeriod, "CancellationGracePeriod is negative. Give zero or more, or Timeout.InfiniteTimeSpan to never kill.");
        Check(options.MinWorkers >= 0, options.MinWorkers, "MinWorkers is negative. Give the number of workers to keep ready, or 0 for none.");
        Check(options.MaxWorkers == 0 || options.MinWorkers <= options.MaxWorkers, options.MinWorkers, $"MinWorkers is more than MaxWorkers, {options.MaxWorkers}. Keep no more workers ready than may run.");
        Check(options.IdleTimeout > TimeSpan.Zero && options.IdleTimeout.TotalMilliseconds < uint.MaxValue || options.IdleTimeout == Timeout.InfiniteTimeSpan, options.IdleTimeout, "IdleTimeout is not positive, or longer than 49 days. Give a time, or Timeout.InfiniteTimeSpan to let nobody go.");
        Check(options.MaxWorkerMemory is null or > 0, options.MaxWorkerMemory, "MaxWorkerMemory is not positive. Give a number of bytes, or null for no limit.");
        Check(options.MaxRetries >= 0, options.MaxRetries, "MaxRetries is negative. Give 0 to run nothing twice.");
        return new(command)
        {
            Initializer = options.Initializer is { } initializer ? WorkReference.To(initializer) : null,
            CancellationGracePeriod = options.CancellationGracePeriod,
            Surroundings = new WorkerSurroundings(options),
            MaxRetries = options.MaxRetries,
            MaxWorkerMemory = options.MaxWorkerMemory,
        };
    }

    private static void Check(bool isPossible, object? value, string message)
    {
        if (!isPossible)
            throw new ArgumentOutOfRangeException("options", value, message);
    }
}
