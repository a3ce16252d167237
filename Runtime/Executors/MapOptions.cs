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
    /// How many items make one call. 0, the default, chooses by what the work costs, where the items can be counted without enumerating them: it
    /// begins with one item a call and goes on with as many as take some five milliseconds, but leaves four chunks for each worker. Of other
    /// sequences each item is a call, since the next may be long in coming.
    /// </summary>
    public int ChunkSize { get; set; }

    /// <summary>
    /// How many items may be taken from the source before their results were handed out: the bound that lets Map run over an endless
    /// sequence. 0, the default, is two chunks a worker, of the size that they have at the time. At least one chunk is always under way.
    /// </summary>
    public int MaxInFlight { get; set; }

    /// <summary>Told after each chunk how many results are ready so far; null, the default, tells nobody.</summary>
    public IProgress<int>? Progress { get; set; }
}
