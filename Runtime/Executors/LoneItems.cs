using System.Diagnostics;

namespace Tandem.Executors;

/// <summary>
/// Whether it pays to run what awaits a lone item on the thread that sees its end: not where that code mostly takes long. All are guesses
/// that may be off by a few, so they are not locked.
/// </summary>
internal sealed class LoneItems
{
    /// <summary>What takes longer (50 µs) gains little by one wake-up less, but keeps a worker waiting.</summary>
    private static readonly long s_shortTicks = Stopwatch.Frequency / 20_000;

    private const int MostSkipped = 64 * 1024;

    /// <summary>How many items are submitted without a try, after the last one took long.</summary>
    private int _skipped;
    private int _toSkip;

    /// <summary>Those whose worker is done with them, and whose tasks may not have ended yet: the thread that is to end them may wait for a core.</summary>
    private readonly HashSet<WorkItem> _ending = [];

    public bool AreWorthIt
    {
        get
        {
            var toSkip = Volatile.Read(ref _toSkip);
            if (toSkip > 0)
                Volatile.Write(ref _toSkip, toSkip - 1);
            return toSkip == 0;
        }
    }

    /// <summary>Says that a worker is done with one whose task is about to end; called before the pool is told that the worker is free.</summary>
    public void End(WorkItem item)
    {
        lock (_ending)
            _ending.Add(item);
    }

    /// <summary>Says that its task has ended, and how long the code took that awaited it.</summary>
    public void Ended(WorkItem item, long ticks)
    {
        lock (_ending)
            _ending.Remove(item);
        var isShort = ticks < s_shortTicks;
        _skipped = isShort ? _skipped / 2 : Math.Min(MostSkipped, (2 * _skipped) + 8);
        if (!isShort)
            Volatile.Write(ref _toSkip, _skipped);
    }

    /// <summary>Waits until the tasks of those have ended with whose workers are done; not for the code that awaits them.</summary>
    public async Task WhenEnded()
    {
        Task[] ending;
        lock (_ending)
            ending = [.. _ending.Select(static item => item.Completion)];
        await Task.WhenAll(ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
