using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Tandem.Executors;

/// <summary>One Map: takes chunks of items, keeps a bounded number of them under way, and streams their results.</summary>
internal sealed class Mapping<T, TResult>(Func<T[], CancellationToken, Task<Chunk<TResult>>> start, IEnumerable<T> items, MapPlan plan)
{
    /// <summary>For how many items of a chunk there is room at first: the sequence may be shorter than a chunk.</summary>
    private const int FirstRoom = 1024;

    /// <summary>The results, as they come.</summary>
    public IAsyncEnumerable<TResult> Run(CancellationToken cancellationToken) =>
        new ResultStream<TResult>(enumeratorToken => RunAsync(cancellationToken, enumeratorToken));

    private async IAsyncEnumerator<TResult[]> RunAsync(CancellationToken cancellationToken, CancellationToken enumeratorToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enumeratorToken);

        // The chunks in the order in which they are to be handed out. Unordered, each adds itself when it has ended.
        var chunks = Channel.CreateUnbounded<Task<Chunk<TResult>>>();
        using var source = items.GetEnumerator();
        var sizing = new ChunkSizing(plan.MostPerChunk);
        int underWay = 0, inFlight = 0, ready = 0;
        var more = true;
        ExceptionDispatchInfo? takingFailure = null;
        try
        {
            while (true)
            {
                while (more && (underWay == 0 || plan.HasRoom(inFlight, plan.ChunkSize ?? sizing.Next)))
                {
                    ThrowIfCanceled();
                    var size = plan.ChunkSize ?? sizing.Next;
                    var chunk = Take(source, size, out takingFailure);
                    more = chunk.Length == size;
                    if (chunk.Length == 0)
                        break;
                    if (!TryStart(chunk, stop.Token, out var started, out var startFailure))
                    {
                        takingFailure = startFailure;
                        more = false;
                        break;
                    }

                    Add(chunks, started);
                    underWay++;
                    inFlight += chunk.Length;
                }

                if (underWay == 0)
                {
                    // Now that what came before is handed out, as an iterator over the same sequence would do.
                    takingFailure?.Throw();
                    yield break;
                }

                var (results, failure, time) = await NextAsync().ConfigureAwait(false);
                sizing.Learn(results.Length, time);
                plan.Progress?.Report(ready += results.Length);
                yield return results;
                if (failure is not null)
                    ExceptionDispatchInfo.Throw(failure);
                underWay--;
                inFlight -= results.Length;
            }
        }
        finally
        {
            stop.Cancel();
            while (chunks.Reader.TryRead(out var abandoned))
                Observe(abandoned);
            chunks.Writer.TryComplete();
        }

        async Task<Chunk<TResult>> NextAsync()
        {
            Task<Chunk<TResult>>? next = null;
            try
            {
                next = await chunks.Reader.ReadAsync(stop.Token).ConfigureAwait(false);
                return await next.WaitAsync(stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Work on a thread may still run: nobody waits for it any more.
                if (next is not null)
                    Observe(next);
                ThrowIfCanceled();
                throw;
            }
        }

        // In the name of the token that the caller gave, not of the linked one.
        void ThrowIfCanceled()
        {
            cancellationToken.ThrowIfCancellationRequested();
            enumeratorToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes the next chunk; a shorter one where the sequence ends, or throws.</summary>
    private T[] Take(IEnumerator<T> source, int size, out ExceptionDispatchInfo? failure)
    {
        failure = null;
        var chunk = new T[Math.Min(size, FirstRoom)];
        var count = 0;
        try
        {
            while (count < size && source.MoveNext())
            {
                if (count == chunk.Length)
                    Array.Resize(ref chunk, Math.Min(size, 4 * count));
                chunk[count++] = source.Current;
            }
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }

        if (count < chunk.Length)
            Array.Resize(ref chunk, count);
        return chunk;
    }

    /// <summary>Starts a chunk; an item of it may be one that cannot be written, or the executor shut down by now.</summary>
    private bool TryStart(T[] chunk, CancellationToken cancellationToken, [NotNullWhen(true)] out Task<Chunk<TResult>>? started, [NotNullWhen(false)] out ExceptionDispatchInfo? failure)
    {
        try
        {
            started = start(chunk, cancellationToken);
            failure = null;
            return true;
        }
        catch (Exception exception)
        {
            started = null;
            failure = ExceptionDispatchInfo.Capture(exception);
            return false;
        }
    }

    private void Add(Channel<Task<Chunk<TResult>>> chunks, Task<Chunk<TResult>> task)
    {
        if (plan.Ordered)
            chunks.Writer.TryWrite(task);
        else
            task.ContinueWith(static (ended, state) =>
            {
                if (!((ChannelWriter<Task<Chunk<TResult>>>)state!).TryWrite(ended))
                    Observe(ended);
            }, chunks.Writer, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // A chunk that nobody will look at any more must not surface as an unobserved exception.
    private static void Observe(Task task) =>
        task.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
