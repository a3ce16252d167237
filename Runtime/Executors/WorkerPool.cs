using System.Diagnostics;

namespace Tandem.Executors;

/// <summary>
/// The queue and the workers behind an executor: one queue in submission order, workers started on demand, each running one task at a time.
/// A worker whose tasks are short may hold some more ahead of time; they come back when another worker is free for them first.
/// What a worker is, it does not know. Everything that can call user code or another worker happens outside the lock.
/// </summary>
internal sealed class WorkerPool(string name, int maxWorkers, int maxTasksPerWorker, Func<string, PoolWorker> createWorker)
{
    /// <summary>How many workers may fail to start in a row before those who wait are told so.</summary>
    private const int MaxFailedStarts = 3;

    /// <summary>How many workers may die of an item before it begins, of arguments too large for them, say. Fewer would blame items for stray kills.</summary>
    public const int MaxLostWorkers = 3;

    /// <summary>A worker that has ended nothing for so long is at a long task; who comes after it goes to others.</summary>
    private const int LateMilliseconds = 10;

    private readonly Lock _gate = new();
    private readonly WorkQueue _pending = new();
    private readonly HashSet<PoolWorker> _workers = [];

    // Used as a stack: the worker that was busy last has the warmest caches, and the coldest ones stay idle.
    private readonly List<PoolWorker> _idle = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many items the workers hold beyond one each.</summary>
    private int _ahead;
    private int _leaving;
    private int _starting;
    private int _failedStarts;
    private int _workersMade;
    private bool _shutDown;

    /// <summary>What has not begun is not to.</summary>
    private bool _cancelsPending;
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
                EnqueueLocked(item, first: false);
                idle = AssignLocked(out _);
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

    /// <summary>
    /// Says that a worker has started, or has <paramref name="ended"/> so many of its items. It gets more, so that it holds up to
    /// <paramref name="window"/>, added to <paramref name="next"/>. Where it holds nothing then, it waits or, if that is what is returned, leaves.
    /// </summary>
    public bool Ready(PoolWorker worker, int ended, int window, List<WorkItem> next)
    {
        PoolWorker? added, sharing = null;
        PoolWorker[] inVain, leaving = [];
        bool leaves;
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

            HoldLocked(worker, -ended);
            worker.LastReady = Environment.TickCount64;
            for (var room = Math.Min(window - worker.InHand, maxTasksPerWorker - worker.TasksTaken); room > 0 && _pending.Count > 0 && !_terminated; room--)
            {
                var item = _pending.RemoveFirst();
                HandOverLocked(item, worker);
                next.Add(item);
            }

            // What others hold ahead may yet come back, so nobody leaves before.
            leaves = worker.InHand == 0 && (_terminated || worker.TasksTaken >= maxTasksPerWorker || IsWorkedOffLocked);
            if (leaves)
            {
                LeaveLocked(worker);
            }
            else if (worker.InHand == 0)
            {
                worker.Phase = WorkerPhase.Idle;
                _idle.Add(worker);
            }

            if (IsWorkedOffLocked)
                leaving = TakeIdleLocked();
            if (_ahead > 0)
                sharing = SharingLocked();
            added = AddWorkerLocked();
            inVain = StartingInVainLocked();
        }

        added?.Start();
        sharing?.Share();
        foreach (var starting in inVain)
            starting.StartInVain();
        foreach (var idle in leaving)
            idle.Leave();
        return leaves;
    }

    /// <summary>Takes back items, in their order, that a worker was given ahead and has not begun.</summary>
    public void GiveBack(PoolWorker worker, ReadOnlySpan<WorkItem> items)
    {
        if (items.IsEmpty)
            return;
        List<(PoolWorker, WorkItem)> assigned = [];
        List<WorkItem> canceled = [];
        PoolWorker? added;
        lock (_gate)
        {
            AssertInvariants();
            HoldLocked(worker, -items.Length);
            worker.TasksTaken -= items.Length;
            TakeBackLocked(items, canceled);
            AssignAllLocked(assigned);
            added = AddWorkerLocked();
        }

        Tell(assigned, canceled);
        added?.Start();
    }

    /// <summary>
    /// Says that a worker is gone, with <paramref name="notBegun"/>, in their order, still in its hands: they are the next to run.
    /// What it had begun, it settles itself. <paramref name="failure"/> says why a worker never became ready, <paramref name="lost"/> how it died
    /// with items that it had been sent and had none begun; the first of them, when it has cost too many workers, fails so.
    /// </summary>
    public void Ended(PoolWorker worker, ReadOnlySpan<WorkItem> notBegun, WorkerStartException? failure, WorkerCrashedException? lost = null)
    {
        PoolWorker? added;
        List<(PoolWorker, WorkItem)> assigned = [];
        List<WorkItem> canceled = [];
        PoolWorker[] inVain, leaving = [];
        WorkItem[] failed = [];
        WorkItem? hopeless = null;
        bool stopped;
        lock (_gate)
        {
            AssertInvariants();
            RemoveLocked(worker);
            if (lost is not null && notBegun is [var first, ..] && !_terminated && !first.CancellationToken.IsCancellationRequested && ++first.LostWorkers >= MaxLostWorkers)
            {
                first.State = WorkState.Done;
                hopeless = first;
                notBegun = notBegun[1..];
            }

            TakeBackLocked(notBegun, canceled);
            AssignAllLocked(assigned);

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

            if (IsWorkedOffLocked)
                leaving = TakeIdleLocked();
            added = AddWorkerLocked();
            inVain = StartingInVainLocked();
            stopped = IsStoppedLocked;
        }

        Tell(assigned, canceled);
        hopeless?.Fail(lost!);
        added?.Start();
        foreach (var starting in inVain)
            starting.StartInVain();
        foreach (var idle in leaving)
            idle.Leave();
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
        PoolWorker[] inVain, idle = [], killed = [], sharing = [];
        bool stopped;
        lock (_gate)
        {
            AssertInvariants();
            Volatile.Write(ref _shutDown, true);
            _terminated |= kill;
            _cancelsPending |= cancelPending || kill;
            if (_cancelsPending)
            {
                canceled = TakePendingLocked();
                sharing = [.. _workers.Where(static w => w.InHand > 1)];
            }

            if (kill)
                killed = [.. _workers];
            if (kill || IsWorkedOffLocked)
                idle = TakeIdleLocked();
            inVain = StartingInVainLocked();
            stopped = IsStoppedLocked;
        }

        foreach (var worker in killed)
            worker.Kill();
        foreach (var worker in sharing)
            worker.Share();
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
            worker = item.State == WorkState.HandedOver ? item.Worker : null;
            if (item.State == WorkState.Pending)
                pool._pending.Remove(item);
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

    private static void Tell(List<(PoolWorker Worker, WorkItem Item)> assigned, List<WorkItem> canceled)
    {
        foreach (var (worker, item) in assigned)
            worker.Assign(item);
        foreach (var item in canceled)
            item.Cancel();
    }

    private bool IsStoppedLocked => _shutDown && _workers.Count == 0 && _pending.Count == 0;

    /// <summary>No work will come that an idle worker could take.</summary>
    private bool IsWorkedOffLocked => _shutDown && _pending.Count == 0 && _ahead == 0;

    private void EnqueueLocked(WorkItem item, bool first)
    {
        item.State = WorkState.Pending;
        item.Worker = null;
        if (first)
            _pending.AddFirst(item);
        else
            _pending.AddLast(item);
    }

    /// <summary>Hands the first item that waits to the idle worker returned, which is to be told outside the lock; null: nobody is idle, or nothing waits.</summary>
    private PoolWorker? AssignLocked(out WorkItem? item)
    {
        item = null;
        if (_idle.Count == 0 || _pending.Count == 0)
            return null;
        var idle = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        item = _pending.RemoveFirst();
        HandOverLocked(item, idle);
        return idle;
    }

    private void AssignAllLocked(List<(PoolWorker, WorkItem)> assigned)
    {
        while (AssignLocked(out var item) is { } idle)
            assigned.Add((idle, item!));
    }

    /// <summary>Puts items that were handed over before all others, but for those that nobody wants any more.</summary>
    private void TakeBackLocked(ReadOnlySpan<WorkItem> items, List<WorkItem> canceled)
    {
        for (var i = items.Length - 1; i >= 0; i--)
        {
            // The token's own call may have come while the item was in nobody's hands.
            if (_cancelsPending || items[i].CancellationToken.IsCancellationRequested)
            {
                items[i].State = WorkState.Done;
                canceled.Add(items[i]);
            }
            else
            {
                EnqueueLocked(items[i], first: true);
            }
        }
    }

    private void HandOverLocked(WorkItem item, PoolWorker worker)
    {
        item.State = WorkState.HandedOver;
        item.Worker = worker;
        worker.Phase = WorkerPhase.Busy;
        worker.TasksTaken++;
        HoldLocked(worker, 1);
    }

    private void HoldLocked(PoolWorker worker, int more)
    {
        var before = Math.Max(0, worker.InHand - 1);
        worker.InHand += more;
        _ahead += Math.Max(0, worker.InHand - 1) - before;
    }

    /// <summary>Who is to give back what it holds ahead: the one that holds most, if somebody is idle; else one that is late.</summary>
    private PoolWorker? SharingLocked()
    {
        var late = _idle.Count > 0 ? long.MaxValue : Environment.TickCount64 - LateMilliseconds;
        PoolWorker? most = null;
        foreach (var worker in _workers)
        {
            if (worker.InHand > 1 && worker.LastReady <= late && worker.InHand > (most?.InHand ?? 0))
                most = worker;
        }

        return most;
    }

    private void RemoveLocked(PoolWorker worker)
    {
        _workers.Remove(worker);
        HoldLocked(worker, -worker.InHand);
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

    /// <summary>All who are idle, to be let go outside the lock.</summary>
    private PoolWorker[] TakeIdleLocked()
    {
        PoolWorker[] idle = [.. _idle];
        _idle.Clear();
        foreach (var worker in idle)
            LeaveLocked(worker);
        return idle;
    }

    /// <summary>A new worker, to be started outside the lock; null where there are enough, or enough are on their way.</summary>
    private PoolWorker? AddWorkerLocked()
    {
        if (_terminated || _failedStarts >= MaxFailedStarts || _workers.Count - _leaving >= maxWorkers || _starting >= _pending.Count + _ahead)
            return null;
        var worker = createWorker($"{name}-worker-{++_workersMade}");
        _workers.Add(worker);
        _starting++;
        return worker;
    }

    /// <summary>The workers that still start when no work waits and none will come. They alone could keep a shutdown waiting for what their initializer waits for.</summary>
    private PoolWorker[] StartingInVainLocked() =>
        IsWorkedOffLocked && _starting > 0 ? [.. _workers.Where(w => w.Phase == WorkerPhase.Starting)] : [];

    private WorkItem[] TakePendingLocked()
    {
        var items = new WorkItem[_pending.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = _pending.RemoveFirst();
            items[i].State = WorkState.Done;
        }

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
        Debug.Assert(_ahead == _workers.Sum(static w => Math.Max(0, w.InHand - 1)), "what is held ahead is counted");
    }
}
