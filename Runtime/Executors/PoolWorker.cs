namespace Tandem.Executors;

/// <summary>What a pool's worker is doing. The pool's lock guards it.</summary>
internal enum WorkerPhase
{
    Starting,
    Idle,
    Busy,
    Leaving,
    Ended,
}

/// <summary>
/// One worker of a <see cref="WorkerPool"/>, a thread or a process. It tells the pool when it is ready for work and when it has ended; the
/// pool tells it the rest, never under the pool's lock.
/// </summary>
internal abstract class PoolWorker
{
    /// <summary>Guarded by the pool's lock, as are the next four.</summary>
    public WorkerPhase Phase;

    /// <summary>How many items it holds: the one that it runs, and those that it was given ahead.</summary>
    public int InHand;

    public int TasksTaken;

    /// <summary>When it last was ready for more, by <see cref="Environment.TickCount64"/>.</summary>
    public long LastReady;

    /// <summary>Since when it has been idle, where anybody wants to know.</summary>
    public long IdleSince;

    /// <summary>It is started though no work waits for it, so it has time. Set before it starts.</summary>
    public bool IsKeptReady;

    /// <summary>It is to leave as soon as it holds nothing. Its own to set, before it says that it is ready.</summary>
    public volatile bool IsSpent;

    /// <summary>Begins to start. Whether that works is told by <see cref="WorkerPool.Ready"/> or <see cref="WorkerPool.Ended"/>, perhaps before this returns.</summary>
    public abstract void Start();

    /// <summary>Gives an idle worker its next task. A worker that has ended ignores it: the pool takes the item back when it learns of the end.</summary>
    public abstract void Assign(WorkItem item);

    /// <summary>
    /// Asks to end the work on an item whose token was canceled; does nothing where the worker is at another item by now. May come before the
    /// item itself, so a worker looks at the token once more before it begins.
    /// </summary>
    public abstract void CancelRunning(WorkItem item);

    /// <summary>
    /// Others are idle, or come before it: whatever it was given ahead and has not begun is to go back, by <see cref="WorkerPool.GiveBack"/>.
    /// Workers that are given nothing ahead have nothing to give.
    /// </summary>
    public virtual void Share()
    {
    }

    /// <summary>Lets an idle worker go.</summary>
    public abstract void Leave();

    /// <summary>
    /// Says that a worker which still starts will find no work: it may be ended, since what it does at its start may never end. It is told to
    /// leave when it gets ready all the same; where it finds work after all, it does it. May be called again.
    /// </summary>
    public virtual void StartInVain()
    {
    }

    /// <summary>Ends the worker at once, whatever it does.</summary>
    public abstract void Kill();
}
