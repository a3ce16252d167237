using System.Diagnostics;

namespace Tandem.Executors;

/// <summary>
/// The queue and the workers behind an executor: one queue in submission order, workers started on demand, each running one task at a time.
/// What a worker is, it does not know. Everything that can call user code or another worker happens outside the lock.
/// </summary>
internal sealed class WorkerPool(string name, int maxWorkers, int maxTasksPerWorker, Func<string, PoolWorker> createWorker)
{
    /// <summary>How many workers may fail to start in a row before those who wait are told so.</summary>
    private const int MaxFailedStarts = 3;

    /// <summary>How many workers may die of an item before it begins, of arguments too large for them, say. Fewer would blame items for stray kills.</summary>
    public const int MaxLostWorkers = 3;

    private readonly Lock _gate = new();
    private readonly LinkedList<WorkItem> _pending = new();
    private readonly HashSet<PoolWorker> _workers = [];

    // Used as a stack: the worker that was busy last has the warmest caches, and the coldest ones stay idle.
    private readonly List<PoolWorker> _idle = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _leaving;
    private int _starting;
    private int _failedStarts;
    private int _workersMade;
    private bool _shutDown;
    private bool _terminated;

    public int MaxWorkers => maxWorkers;

    /// <summary>Throws where the executor takes no more work.</summary>
    public void ThrowIfShutDown()
    {
        if (Volatile.Read(ref _shutDown))
            throw new ObjectDisposedException(name, $"This {name} was shut down and takes no more work. Submit before it is disposed, or make a new one.");
    }

    /// <summary>Takes an item in: an idle worker gets it at once, else it waits, and a worker is started where there may be one more.</summary>
    public void Submit(WorkItem item)
    {
        // Watched before it is queued, so that no cancellation falls between; one that comes first finds the item New.
        item.WatchToken(Cancel, (this, item));

        PoolWorker? idle = null, added = null;
        var refused = false;
        lock (_gate)
        {
            AssertInvariants();
            if (_shutDown)
                refused = true;
            else if (item.State == WorkState.New)
            {
                idle = EnqueueLocked(item, first: false);
                added = AddWorkerLocked();
            }
        }

        idle?.Assign(item);
        added?.Start();
        if (refused)
        {
            item.LetGo();
            ThrowIfShutDown();
        }
    }

    /// <summary>Says that a worker has started or has ended its task. Returns the next one; null: there is none, the worker waits or leaves as <see cref="PoolWorker.Phase"/> says.</summary>
    public WorkItem? Ready(PoolWorker worker, out bool leaves)
    {
        PoolWorker? added = null;
        PoolWorker[] inVain;
        WorkItem? next = null;
        lock (_gate)
        {
            AssertInvariants();
            if (worker.Phase == WorkerPhase.Starting)
            {
                _starting--;
                _failedStarts = 0;
                worker.Phase = WorkerPhase.Busy;
            }

            // Work goes on, so whatever keeps others from starting gets one more try.
            _failedStarts = Math.Min(_failedStarts, MaxFailedStarts - 1);

            worker.Current = null;
            leaves = _terminated || worker.TasksTaken >= maxTasksPerWorker || (_shutDown && _pending.Count == 0);
            if (leaves)
            {
                LeaveLocked(worker);
                added = AddWorkerLocked();
            }
            else if (_pending.First is { } first)
            {
                next = first.Value;
                _pending.RemoveFirst();
                HandOverLocked(next, worker);
                added = AddWorkerLocked();
            }
            else
            {
                worker.Phase = WorkerPhase.Idle;
                _idle.Add(worker);
            }

            inVain = StartingInVainLocked();
        }

        added?.Start();
        foreach (var starting in inVain)
            starting.StartInVain();
        return next;
    }

    /// <summary>
    /// Says that a worker is gone; <paramref name="began"/>: the item it was given last had begun, and the worker settles it. One that had
    /// not begun is the next to run. <paramref name="failure"/> says why a worker never became ready, <paramref name="lost"/> how it died with
    /// an item that it had been sent and had not begun; an item that has cost too many workers fails so.
    /// </summary>
    public void Ended(PoolWorker worker, bool began, WorkerStartException? failure, WorkerCrashedException? lost = null)
    {
        PoolWorker? added, idle = null;
        PoolWorker[] inVain;
        WorkItem[] failed = [];
        WorkItem? item, hopeless = null;
        bool stopped;
        lock (_gate)
        {
            AssertInvariants();
            item = began ? null : worker.Current;
            RemoveLocked(worker);
            if (item is not null && (_terminated || item.CancellationToken.IsCancellationRequested))
            {
                item.State = WorkState.Done;
            }
            else if (item is not null && lost is not null && ++item.LostWorkers >= MaxLostWorkers)
            {
                item.State = WorkState.Done;
                (hopeless, item) = (item, null);
            }
            else if (item is not null)
            {
                idle = EnqueueLocked(item, first: true);
                item = idle is null ? null : item;
            }

            // Counted in a row: a start that works forgives the earlier ones. While another worker lives, what waits is left to it, so stray
            // kills cost nobody anything; one that ends after it had worked shows that starting is possible.
            var isLast = _workers.Count - _starting - _leaving == 0;
            if (failure is not null)
                _failedStarts++;
            else if (isLast)
                _failedStarts = 0;
            if (_failedStarts >= MaxFailedStarts && isLast)
            {
                failed = TakePendingLocked();
                _failedStarts = 0;
            }

            added = AddWorkerLocked();
            inVain = StartingInVainLocked();
            stopped = IsStoppedLocked;
        }

        if (idle is not null)
            idle.Assign(item!);
        else
            item?.Cancel();
        hopeless?.Fail(lost!);
        added?.Start();
        foreach (var starting in inVain)
            starting.StartInVain();
        foreach (var waiting in failed)
            waiting.Fail(failure!);
        if (stopped)
            _stopped.TrySetResult();
    }

    /// <summary>
    /// Closes the queue; with <paramref name="kill"/>, ends every worker whatever it does. The task ends when the last worker is gone.
    /// </summary>
    public Task Stop(bool cancelPending, bool kill)
    {
        WorkItem[] canceled = [];
        PoolWorker[] idle, inVain, killed = [];
        bool stopped;
        lock (_gate)
        {
            AssertInvariants();
            Volatile.Write(ref _shutDown, true);
            _terminated |= kill;
            if (cancelPending)
                canceled = TakePendingLocked();
            if (kill)
                killed = [.. _workers];
            idle = [.. _idle];
            _idle.Clear();
            foreach (var worker in idle)
                LeaveLocked(worker);
            inVain = StartingInVainLocked();
            stopped = IsStoppedLocked;
        }

        foreach (var worker in killed)
            worker.Kill();
        foreach (var worker in idle)
            worker.Leave();
        foreach (var worker in inVain)
            worker.StartInVain();
        foreach (var item in canceled)
            item.Cancel();
        if (stopped)
            _stopped.TrySetResult();
        return _stopped.Task;
    }

    private static void Cancel(object state)
    {
        var (pool, item) = ((WorkerPool, WorkItem))state;
        PoolWorker? worker;
        PoolWorker[] inVain;
        lock (pool._gate)
        {
            worker = item.State == WorkState.Running ? item.Worker : null;
            if (item.State == WorkState.Pending)
                pool._pending.Remove(item.Place!);
            if (worker is null)
                item.State = WorkState.Done;
            inVain = pool.StartingInVainLocked();
        }

        if (worker is not null)
            worker.CancelRunning(item);
        else
            item.Cancel();
        foreach (var starting in inVain)
            starting.StartInVain();
    }

    private bool IsStoppedLocked => _shutDown && _workers.Count == 0 && _pending.Count == 0;

    /// <summary>Queues an item, or hands it to the worker returned, which is to be told outside the lock.</summary>
    private PoolWorker? EnqueueLocked(WorkItem item, bool first)
    {
        if (_idle.Count > 0)
        {
            var idle = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            HandOverLocked(item, idle);
            return idle;
        }

        item.State = WorkState.Pending;
        item.Worker = null;
        item.Place = first ? _pending.AddFirst(item) : _pending.AddLast(item);
        return null;
    }

    private static void HandOverLocked(WorkItem item, PoolWorker worker)
    {
        item.State = WorkState.Running;
        item.Place = null;
        item.Worker = worker;
        worker.Current = item;
        worker.Phase = WorkerPhase.Busy;
        worker.TasksTaken++;
    }

    private void RemoveLocked(PoolWorker worker)
    {
        _workers.Remove(worker);
        switch (worker.Phase)
        {
            case WorkerPhase.Starting:
                _starting--;
                break;
            case WorkerPhase.Idle:
                _idle.Remove(worker);
                break;
            case WorkerPhase.Leaving:
                _leaving--;
                break;
        }
    }

    private void LeaveLocked(PoolWorker worker)
    {
        worker.Phase = WorkerPhase.Leaving;
        _leaving++;
    }

    /// <summary>A new worker, to be started outside the lock; null where there are enough, or enough are on their way.</summary>
    private PoolWorker? AddWorkerLocked()
    {
        if (_terminated || _failedStarts >= MaxFailedStarts || _workers.Count - _leaving >= maxWorkers || _starting >= _pending.Count)
            return null;
        var worker = createWorker($"{name}-worker-{++_workersMade}");
        _workers.Add(worker);
        _starting++;
        return worker;
    }

    /// <summary>The workers that still start when no work waits and none will come. They alone could keep a shutdown waiting for what their initializer waits for.</summary>
    private PoolWorker[] StartingInVainLocked() =>
        _shutDown && _pending.Count == 0 && _starting > 0 ? [.. _workers.Where(w => w.Phase == WorkerPhase.Starting)] : [];

    private WorkItem[] TakePendingLocked()
    {
        WorkItem[] items = [.. _pending];
        _pending.Clear();
        foreach (var item in items)
            item.State = WorkState.Done;
        return items;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        Debug.Assert(_workers.Count - _leaving <= maxWorkers, "no more workers than allowed");
        Debug.Assert(_idle.Count == 0 || _pending.Count == 0, "nobody idles while work waits");
        Debug.Assert(_pending.Count == 0 || _workers.Count > _leaving, "somebody comes for what waits");
        Debug.Assert(_starting >= 0 && _leaving >= 0);
    }
}
