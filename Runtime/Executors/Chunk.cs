namespace Tandem.Executors;

/// <summary>What became of one chunk of a Map: the results of its first items, all of them or those before the one that failed.</summary>
internal readonly record struct Chunk<TResult>(TResult[] Results, Exception? Failure)
{
    /// <summary>Runs the work over the items, one after the other, up to the first that throws, or until nobody wants the rest.</summary>
    public static Chunk<TResult> Run<TWork, T>(TWork work, T[] items, Func<TWork, T, TResult> invoke, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                results[i] = invoke(work, items[i]);
            }
            catch (Exception exception)
            {
                return new Chunk<TResult>(results[..i], exception);
            }
        }

        return new Chunk<TResult>(results, null);
    }
}
