namespace Tandem.Executors;

/// <summary>What a <see cref="WorkerPool"/> has decided under its lock and does once it has left it.</summary>
internal readonly struct PoolOrders
{
    /// <summary>Who gets which item.</summary>
    public List<(PoolWorker Worker, WorkItem Item)>? Assigned { get; init; }

    /// <summary>A worker to start.</summary>
    public PoolWorker? Added { get; init; }

    /// <summary>Who still starts and will find no work.</summary>
    public PoolWorker[]? InVain { get; init; }

    /// <summary>Who was idle and is to go.</summary>
    public PoolWorker[]? Leaving { get; init; }

    /// <summary>Items that have ended without a worker, and with what, if not by being canceled.</summary>
    public List<(WorkItem Item, Exception? Failure)>? Over { get; init; }

    /// <summary>All work is done and everybody gone.</summary>
    public bool IsStopped { get; init; }
}
