using System.Diagnostics;
using Tandem.Executors;
using Tandem.Observability;

namespace Tandem;

/// <summary>
/// Runs work on workers, each one task at a time, and gives back <see cref="Task"/>s: await is Python's <c>result()</c>,
/// <see cref="Task.WhenEach(Task[])"/> its <c>as_completed</c>, a token its <c>cancel()</c>. The API and its meaning are those of
/// <c>concurrent.futures.Executor</c>. Safe for use by many threads at once.
/// </summary>
/// <remarks>Shut it down when done, best with <c>using</c> or <c>await using</c>: both let all submitted work end.</remarks>
public abstract partial class Executor : IDisposable, IAsyncDisposable
{
    private protected Executor(WorkerPool pool)
    {
        Pool = pool;
        Telemetry.Add(pool);
    }

    /// <summary>The most workers that run at once. They start as work comes.</summary>
    public int MaxWorkers => Pool.MaxWorkers;

    private protected WorkerPool Pool { get; }

    /// <summary>Whether the caller is work that runs on this executor, which must not wait for itself.</summary>
    private protected virtual bool IsCalledByItsWorker => false;

    /// <summary>
    /// Takes no more work, lets what was submitted run to its end, and then lets the workers go. May be called again, also by several
    /// threads at once.
    /// </summary>
    /// <param name="cancelPending">Whether work that still waits for a worker is canceled; work that runs is not.</param>
    /// <returns>A task that ends when the last worker is gone.</returns>
    public Task ShutdownAsync(bool cancelPending = false) => Stop(cancelPending, kill: false);

    /// <summary>Shuts the executor down and waits until all submitted work has ended and the last worker is gone. May be called again.</summary>
    /// <exception cref="InvalidOperationException">Called by work that runs on this executor, which would wait for itself.</exception>
    public void Dispose()
    {
        if (IsCalledByItsWorker)
            throw new InvalidOperationException($"Work that runs on this {GetType().Name} disposed it, and would wait for itself. Dispose it where it was made, or call ShutdownAsync without waiting for it.");
        ShutdownAsync().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Shuts the executor down. May be called again.</summary>
    /// <returns>A task that ends when all submitted work has ended and the last worker is gone.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new ValueTask(ShutdownAsync());
    }

    /// <summary>Ends when the last worker is gone, with all that it leaves to be done.</summary>
    private protected virtual Task Stop(bool cancelPending, bool kill) => Pool.Stop(cancelPending, kill);

    /// <summary>Hands one call to the pool. <paramref name="invoke"/> says how the delegate is called; the result is <see cref="Nothing"/> for work without one.</summary>
    private protected abstract Task<TResult> Start<TWork, TArguments, TResult>(TWork work, TArguments arguments, Func<TWork, TArguments, TResult> invoke, CancellationToken cancellationToken)
        where TWork : Delegate
        where TArguments : struct, IArguments;

    /// <summary>Hands the items of one chunk to the pool as one call.</summary>
    private protected abstract Task<Chunk<TResult>> StartChunk<TWork, T, TResult>(TWork work, T[] items, Func<TWork, T, TResult> invoke, CancellationToken cancellationToken)
        where TWork : Delegate;

    private protected Task<TResult> Enqueue<TResult>(WorkItem<TResult> item, Delegate work)
    {
        var trace = Telemetry.WatchesTasks ? new TaskTrace(Pool.Label, work) : null;
        item.BePartOf(trace?.Activity ?? Activity.Current);
        Pool.Submit(item);
        trace?.EndWith(item.Task);
        return item.Task;
    }

    private protected static int AtLeastOne(int maxWorkers)
    {
        if (maxWorkers < 1)
            throw new ArgumentOutOfRangeException(nameof(maxWorkers), maxWorkers, "An executor needs at least one worker. Give 1 or more, or leave it out for the default.");
        return maxWorkers;
    }

    private protected static int OrDefault(int maxWorkers, int defaultWorkers)
    {
        if (maxWorkers < 0)
            throw new ArgumentOutOfRangeException("options", maxWorkers, "MaxWorkers is negative. Give 1 or more, or 0 for the default.");
        return maxWorkers == 0 ? defaultWorkers : maxWorkers;
    }

    // Asynchronous work keeps its worker until it ends, so waiting here is what the worker is for.
    private static TResult Await<TResult>(Task<TResult>? task) => (task ?? throw NoTask()).GetAwaiter().GetResult();

    private static Nothing Await(Task? task)
    {
        (task ?? throw NoTask()).GetAwaiter().GetResult();
        return default;
    }

    internal static InvalidOperationException NoTask() => new("The work returned null where its signature promises a task.");
}
