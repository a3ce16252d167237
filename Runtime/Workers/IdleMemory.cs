namespace Tandem.Workers;

/// <summary>
/// Gives back what a worker that has become idle holds for tasks to come: the collector keeps room for what the next task may allocate, which is
/// more than all the rest of a small worker. Once for each time of idleness.
/// </summary>
internal sealed class IdleMemory
{
    /// <summary>Who has waited so long for a task may well wait longer.</summary>
    public const int Seconds = 1;

    /// <summary>A heap that holds more takes too long to compact: the next task may come meanwhile, and would wait for it.</summary>
    private const long MaxHeld = 64 << 20;

    /// <summary>Whether there were tasks since the last time.</summary>
    public bool IsDue { get; set; }

    public void Release()
    {
        IsDue = false;
        if (GC.GetTotalMemory(forceFullCollection: false) < MaxHeld)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
