namespace Tandem.Executors;

/// <summary>The options of one Map with every default decided that can be before it runs.</summary>
internal sealed record MapPlan(bool Ordered, int? ChunkSize, int MostPerChunk, int? MaxInFlight, int Workers, IProgress<int>? Progress)
{
    /// <summary>Four chunks a worker, as Python's Pool.map: the last worker to finish is late by a quarter of its share at most.</summary>
    private const int ChunksPerWorker = 4;

    /// <summary>Chunks that take two calls at once for each worker: one runs, one waits.</summary>
    private const int CallsPerWorker = 2;

    public static MapPlan For<T>(IEnumerable<T> items, MapOptions options, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.ChunkSize);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxInFlight);
        int? maxInFlight = options.MaxInFlight == 0 ? null : options.MaxInFlight;
        int? chunkSize = options.ChunkSize == 0 ? null : Math.Min(options.ChunkSize, maxInFlight ?? int.MaxValue);

        // A sequence that nobody has counted may wait for what becomes of its last item before it gives the next: no item waits for another.
        var most = items.TryGetNonEnumeratedCount(out var count) ? Math.Max(1, count / (workers * ChunksPerWorker)) : 1;
        if (maxInFlight is { } bound)
            most = Math.Clamp(bound / (CallsPerWorker * workers), 1, most);
        return new MapPlan(options.Ordered, chunkSize, most, maxInFlight, workers, options.Progress);
    }

    /// <summary>Whether one more chunk of a size may be taken, beside the items under way.</summary>
    public bool HasRoom(int inFlight, int chunkSize) =>
        (long)inFlight + chunkSize <= (MaxInFlight ?? (long)CallsPerWorker * Workers * chunkSize);
}
