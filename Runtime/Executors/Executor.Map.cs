using Tandem.Executors;

namespace Tandem;

public abstract partial class Executor
{
    /// <summary>
    /// Runs work over each item of a sequence and streams the results. Items are taken from the sequence as results are consumed, at most
    /// <see cref="MapOptions.MaxInFlight"/> ahead, so it may be endless. Leaving the enumeration early cancels what is under way.
    /// </summary>
    /// <typeparam name="T">An item.</typeparam>
    /// <typeparam name="TResult">A result.</typeparam>
    /// <param name="work">What to run for each item; the same demands as for Submit.</param>
    /// <param name="items">The items. Enumerated by whoever enumerates the results, once for each time.</param>
    /// <param name="options">Order, chunking, bounds and progress; null takes the defaults.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/> and cancels what is under way.</param>
    /// <returns>The results, in the order of their items unless the options say otherwise. The first failure ends the enumeration with its exception.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> or <paramref name="items"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ChunkSize or MaxInFlight is negative.</exception>
    /// <exception cref="ArgumentException">A process cannot run this work: it captures state, is a multicast delegate or was made at run time.</exception>
    /// <exception cref="NotSupportedException">An item or a result cannot cross a process boundary; the message names the path to what cannot.</exception>
    public IAsyncEnumerable<TResult> Map<T, TResult>(Func<T, TResult> work, IEnumerable<T> items, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        Map(work, items, static (w, item) => w(item), options, cancellationToken);

    /// <inheritdoc cref="Map{T, TResult}(Func{T, TResult}, IEnumerable{T}, MapOptions?, CancellationToken)"/>
    /// <remarks>A worker stays with an item's asynchronous work until its task ends, then takes the next item.</remarks>
    public IAsyncEnumerable<TResult> Map<T, TResult>(Func<T, Task<TResult>> work, IEnumerable<T> items, MapOptions? options = null, CancellationToken cancellationToken = default) =>
        Map(work, items, static (w, item) => Await(w(item)), options, cancellationToken);

    /// <summary>Refuses at once, not first when enumerated, work that the workers cannot run.</summary>
    private protected virtual void CheckWork<TWork, T, TResult>(TWork work)
        where TWork : Delegate
    {
    }

    private IAsyncEnumerable<TResult> Map<TWork, T, TResult>(TWork work, IEnumerable<T> items, Func<TWork, T, TResult> invoke, MapOptions? options, CancellationToken cancellationToken)
        where TWork : Delegate
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(items);
        CheckWork<TWork, T, TResult>(work);
        Pool.ThrowIfShutDown();
        return new Mapping<T, TResult>((chunk, token) => StartChunk(work, chunk, invoke, token), items, MapPlan.For(items, options ?? new(), MaxWorkers))
            .Run(cancellationToken);
    }
}
