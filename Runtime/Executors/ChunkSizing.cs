namespace Tandem.Executors;

/// <summary>
/// How many items make the next chunk of one Map, where the user leaves it open: as many as take some milliseconds, by what the items before
/// them took. So calls cost little beside the work, and a worker is never long at something that another could do.
/// </summary>
/// <param name="most">More do not make one chunk, however quick they are.</param>
internal sealed class ChunkSizing(int most)
{
    private static readonly TimeSpan s_aim = TimeSpan.FromMilliseconds(5);

    /// <summary>One chunk may be quick by chance, so the next are not larger than this many of it.</summary>
    private const int MaxGrowth = 4;

    /// <summary>One at first: nothing is known of it.</summary>
    public int Next { get; private set; } = 1;

    /// <summary>Learns from a chunk that has ended.</summary>
    /// <param name="items">How many items it had.</param>
    /// <param name="time">How long the work itself took for them.</param>
    public void Learn(int items, TimeSpan time)
    {
        if (items == 0)
            return;
        var fitting = s_aim.Ticks * (double)items / Math.Max(1, time.Ticks);

        // A smaller one was started before that size was reached: news only where it was slow.
        if (items < Next && fitting >= Next)
            return;
        Next = (int)Math.Clamp(fitting, 1, Math.Min((double)most, (double)MaxGrowth * Math.Max(items, Next)));
    }
}
