namespace Tandem.Benchmarks.Runtime;

/// <summary>What the workers run.</summary>
internal static class Work
{
    public static int Twice(int x) => x + x;

    public static int Length(byte[] block) => block.Length;

    public static int Hammer(ProcessLock processLock, int rounds)
    {
        for (var i = 0; i < rounds; i++)
            using (processLock.Acquire()) { }
        return rounds;
    }

    public static int Produce(ProcessQueue<int> queue, int items)
    {
        for (var i = 0; i < items; i++) queue.Put(i);
        return items;
    }

    /// <summary>Work that allocates: small objects, most of them short-lived, some kept for a while.</summary>
    public static int Allocate(int rounds)
    {
        var kept = new string[1000];
        for (var i = 0; i < rounds; i++) kept[i % kept.Length] = new string((char)('a' + (i % 26)), 20 + (i % 40));
        return kept.Count(s => s is not null);
    }

    /// <summary>Work that computes and allocates nothing.</summary>
    public static int Compute(int rounds)
    {
        var state = 1u;
        for (var i = 0; i < rounds; i++) state = (state * 1664525) + 1013904223;
        return (int)state;
    }
}
