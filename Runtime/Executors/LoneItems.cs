using System.Diagnostics;

namespace Tandem.Executors;

/// <summary>
/// Whether it pays to run what awaits a lone item on the thread that sees its end: not where that code mostly takes long. All are guesses
/// that may be off by a few, so nothing here is locked.
/// </summary>
internal sealed class LoneItems
{
    /// <summary>What takes longer (50 µs) gains little by one wake-up less, but keeps a worker waiting.</summary>
    private static readonly long s_shortTicks = Stopwatch.Frequency / 20_000;

    private const int MostSkipped = 64 * 1024;

    /// <summary>How many items are submitted without a try, after the last one took long.</summary>
    private int _skipped;
    private int _toSkip;

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

    /// <summary>Says how long the code took that awaited one.</summary>
    public void Ran(long ticks)
    {
        var isShort = ticks < s_shortTicks;
        _skipped = isShort ? _skipped / 2 : Math.Min(MostSkipped, (2 * _skipped) + 8);
        if (!isShort)
            Volatile.Write(ref _toSkip, _skipped);
    }
}
