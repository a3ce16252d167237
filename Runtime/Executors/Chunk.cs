using System.Diagnostics;

namespace Tandem.Executors;

/// <summary>What became of one chunk of a Map: the results of its first items, all of them or those before the one that failed, and how long the work took.</summary>
internal readonly record struct Chunk<TResult>(TResult[] Results, Exception? Failure, TimeSpan Time)
{
    /// <summary>Runs the work over the items, one after the other, up to the first that throws, or until nobody wants the rest.</summary>
    public static Chunk<TResult> Run<TWork, T>(TWork work, T[] items, Func<TWork, T, TResult> invoke, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Length];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < items.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                results[i] = invoke(work, items[i]);
            }
            catch (Exception exception)
            {
                return new Chunk<TResult>(results[..i], exception, Stopwatch.GetElapsedTime(start));
            }
        }

        return new Chunk<TResult>(results, null, Stopwatch.GetElapsedTime(start));
    }
}
