namespace Tandem;

/// <summary>How <c>Executor.Map</c> hands items to workers and results to the caller. Read once, when Map is called.</summary>
public sealed class MapOptions
{
    /// <summary>
    /// Whether results come in the order of their items (the default, as Python's <c>map</c> and <c>imap</c>) or as they are ready
    /// (<c>imap_unordered</c>).
    /// </summary>
    public bool Ordered { get; set; } = true;

    /// <summary>
    /// How many items make one call. 0, the default, chooses: four chunks a worker when the number of items is known, as Python's
    /// <c>Pool.map</c> does, else one item a call.
    /// </summary>
    public int ChunkSize { get; set; }

    /// <summary>
    /// How many items may be taken from the source before their results were handed out: the bound that lets Map run over an endless
    /// sequence. 0, the default, is two chunks a worker. At least one chunk is always under way.
    /// </summary>
    public int MaxInFlight { get; set; }

    /// <summary>Told after each chunk how many results are ready so far; null, the default, tells nobody.</summary>
    public IProgress<int>? Progress { get; set; }
}
