using Tandem.Executors;

namespace Tandem;

/// <summary>
/// Runs work on dedicated background threads of this process, as Python's <c>ThreadPoolExecutor</c>: for work that waits, since it has more
/// threads than cores by default. Work that computes belongs on a <see cref="ProcessExecutor"/> or in <see cref="Parallel"/> (TDM1001).
/// </summary>
/// <remarks>
/// A thread cannot be killed: cancelling takes back work that waits, and work that should end early takes a token itself. Work that never
/// ends keeps <see cref="Executor.Dispose"/> waiting. AsyncLocals and culture of the caller do not flow into the work.
/// </remarks>
public sealed class ThreadExecutor : Executor
{
    /// <summary>Makes an executor; its threads start as work comes.</summary>
    /// <param name="options">How it works; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">MaxWorkers is negative.</exception>
    public ThreadExecutor(ThreadExecutorOptions? options = null)
        : base(CreatePool(options?.MaxWorkers ?? 0, options?.Initializer))
    {
    }

    /// <summary>Makes an executor with at most that many threads; they start as work comes.</summary>
    /// <param name="maxWorkers">The most threads at once; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public ThreadExecutor(int maxWorkers)
        : base(CreatePool(AtLeastOne(maxWorkers), initializer: null))
    {
    }

    private static WorkerPool CreatePool(int maxWorkers, Action? initializer)
    {
        WorkerPool? pool = null;
        return pool = new WorkerPool(
            nameof(ThreadExecutor),
            OrDefault(maxWorkers, Math.Min(32, Environment.ProcessorCount + 4)),
            maxTasksPerWorker: int.MaxValue,
            number => new ThreadWorker(pool!, $"{nameof(ThreadExecutor)}-worker-{number}", initializer));
    }

    private protected override bool IsCalledByItsWorker => ThreadWorker.CurrentPool == Pool;

    private protected override Task<TResult> Start<TWork, TArguments, TResult>(TWork work, TArguments arguments, Func<TWork, TArguments, TResult> invoke, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Enqueue(new Call<TWork, TArguments, TResult>(work, arguments, invoke, cancellationToken), work);
    }

    private protected override Task<Chunk<TResult>> StartChunk<TWork, T, TResult>(TWork work, T[] items, Func<TWork, T, TResult> invoke, CancellationToken cancellationToken) =>
        Enqueue(new Call<TWork, T[], Chunk<TResult>>(work, items, (w, i) => Chunk<TResult>.Run(w, i, invoke, cancellationToken), cancellationToken), work);

    private sealed class Call<TWork, TArguments, TResult>(TWork work, TArguments arguments, Func<TWork, TArguments, TResult> invoke, CancellationToken cancellationToken)
        : ThreadWorkItem<TResult>(cancellationToken)
    {
        protected override TResult Invoke() => invoke(work, arguments);
    }
}
