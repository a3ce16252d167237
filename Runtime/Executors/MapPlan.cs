namespace Tandem.Executors;

/// <summary>The options of one Map with every default decided.</summary>
internal sealed record MapPlan(bool Ordered, int ChunkSize, int MaxInFlight, IProgress<int>? Progress)
{
    /// <summary>Four chunks a worker, as Python's Pool.map: few enough calls, and the last worker to finish is late by a quarter of its share at most.</summary>
    private const int ChunksPerWorker = 4;

    public static MapPlan For<T>(IEnumerable<T> items, MapOptions options, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.ChunkSize);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxInFlight);
        var chunkSize = options.ChunkSize != 0 ? options.ChunkSize
            : items.TryGetNonEnumeratedCount(out var count) ? Math.Max(1, count / (workers * ChunksPerWorker))
            : 1;
        if (options.MaxInFlight != 0)
            chunkSize = Math.Min(chunkSize, options.MaxInFlight);
        var maxInFlight = options.MaxInFlight != 0 ? options.MaxInFlight : (int)Math.Min(int.MaxValue, 2L * workers * chunkSize);
        return new MapPlan(options.Ordered, chunkSize, maxInFlight, options.Progress);
    }
}
