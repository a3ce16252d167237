using System.Diagnostics;
using Tandem.Observability;

namespace Tandem.Executors;

/// <summary>
/// The queue and the workers behind an executor: one queue in submission order, workers started on demand, each running one task at a time.
/// A worker whose tasks are short may hold some more ahead of time; they come back when another worker is free for them first.
/// What a worker is, it does not know. Everything that can call user code or another worker happens outside the lock.
/// </summary>
internal sealed class WorkerPool
{
    /// <summary>How many workers may fail to start in a row before those who wait are told so.</summary>
    private const int MaxFailedStarts = 3;

    /// <summary>How many workers may die of an item before it begins, of arguments too large for them, say. Fewer would blame items for stray kills.</summary>
    public const int MaxLostWorkers = 3;

    /// <summary>A worker that has ended nothing for so long is at a long task; who comes after it goes to others.</summary>
    private const int LateMilliseconds = 10;

    private readonly string _name;
    private readonly int _minWorkers, _maxTasksPerWorker;
    private readonly Func<int, PoolWorker> _createWorker;

    private readonly Lock _gate = new();
    private readonly WorkQueue _pending = new();
    private readonly HashSet<PoolWorker> _workers = [];

    private readonly IdleWorkers _idle;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many items the workers hold, those on their way back from a worker that has ended included; and how many beyond one each.</summary>
    private int _held;
    private int _ahead;

    /// <summary>How many items have ended whose tasks are not told yet.</summary>
    private int _settling;
    private int _leaving;
    private int _starting;
    private int _failedStarts;

    /// <summary>How many in a row ended before they had run anything. Nobody is kept ready who does so again and again, until work comes.</summary>
    private int _vainStarts;
    private int _workersMade;
    private bool _shutDown;

    /// <summary>What has not begun is not to.</summary>
    private bool _cancelsPending;
    private bool _terminated;

    /// <param name="name">The executor's, for messages.</param>
    /// <param name="maxWorkers">The most at once.</param>
    /// <param name="maxTasksPerWorker">After so many a worker leaves.</param>
    /// <param name="createWorker">Makes the worker of a number.</param>
    /// <param name="minWorkers">So many are kept ready, from <see cref="KeepReady"/> on.</param>
    /// <param name="idleTimeout">How long the others may be idle; null for ever.</param>
    public WorkerPool(string name, int maxWorkers, int maxTasksPerWorker, Func<int, PoolWorker> createWorker, int minWorkers = 0, TimeSpan? idleTimeout = null)
    {
        (_name, _createWorker) = (name, createWorker);
        (MaxWorkers, _minWorkers, _maxTasksPerWorker) = (maxWorkers, minWorkers, maxTasksPerWorker);
        _idle = new IdleWorkers(idleTimeout ?? Timeout.InfiniteTimeSpan, LetExpiredGo);
    }

    public int MaxWorkers { get; }

    /// <summary>What those who measure call it.</summary>
    public string Label { get => field ?? _name; init; }

    public PoolCounts Counts
    {
        get
        {
            lock (_gate)
                return new(_pending.Count, _held, _workers.Count);
        }
    }

    /// <summary>
    /// Whether an item that came now would be the only one, and go to a worker at once. Not exact: others may submit at the same time.
    /// </summary>
    public bool IsNextLone => Volatile.Read(ref _held) == 0 && _idle.Count > 0 && LoneItems.AreWorthIt;

    public LoneItems LoneItems { get; } = new();

    /// <summary>Throws where the executor takes no more work.</summary>
    public void ThrowIfShutDown()
    {
        if (Volatile.Read(ref _shutDown))
            throw new ObjectDisposedException(_name, $"This {_name} was shut down and takes no more work. Submit before it is disposed, or make a new one.");
    }

    /// <summary>Takes an item in: an idle worker gets it at once, else it waits, and a worker is started where there may be one more.</summary>
    public void Submit(WorkItem item)
    {
        // Watched before it is queued, so that no cancellation falls between; one that comes first finds the item New.
        item.WatchToken(Cancel, (this, item));

        var orders = default(PoolOrders);
        var refused = false;
        lock (_gate)
        {
            AssertInvariants();
            if (_shutDown)
                refused = true;
            else if (item.State == WorkState.New)
            {
                EnqueueLocked(item, first: false);
                orders = OrdersLocked();
            }
        }

        CarryOut(orders);
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
        PoolOrders orders;
        PoolWorker? sharing = null;
        bool leaves, isNew = false;
        lock (_gate)
        {
            AssertInvariants();
            if (worker.Phase == WorkerPhase.Starting)
            {
                _starting--;
                _failedStarts = 0;
                worker.Phase = WorkerPhase.Busy;
                isNew = true;
            }

            // Work goes on, so whatever keeps others from starting gets one more try.
            _failedStarts = Math.Min(_failedStarts, MaxFailedStarts - 1);

            HoldLocked(worker, -ended);
            worker.LastReady = Environment.TickCount64;
            if (worker.Phase == WorkerPhase.Busy && !worker.IsSpent)
            {
                for (var room = Math.Min(window - worker.InHand, _maxTasksPerWorker - worker.TasksTaken); room > 0 && _pending.Count > 0 && !_terminated; room--)
                {
                    var item = _pending.RemoveFirst();
                    HandOverLocked(item, worker);
                    next.Add(item);
                }
            }

            leaves = RestLocked(worker);
            orders = OrdersLocked();
            if (_ahead > 0)
                sharing = SharingLocked();
        }

        CarryOut(orders);
        sharing?.Share();
        if (isNew)
            Telemetry.WorkerStarted(Label);
        return leaves;
    }

    /// <summary>
    /// Takes back items, in their order, that a worker was given ahead and has not begun. They may be the last that it held; then it waits for
    /// more or, if that is what is returned, leaves. One that does not go on gets nothing: its end is about to be told.
    /// </summary>
    public bool GiveBack(PoolWorker worker, ReadOnlySpan<WorkItem> items, bool goesOn)
    {
        if (items.IsEmpty)
            return false;
        PoolOrders orders;
        PoolWorker? sharing;
        bool leaves;
        lock (_gate)
        {
            AssertInvariants();
            HoldLocked(worker, -items.Length);
            worker.TasksTaken -= items.Length;
            var over = TakeBackLocked(items);
            leaves = goesOn && RestLocked(worker);
            orders = OrdersLocked(over);

            // Those that came back may be nobody's wish any more, and somebody still be idle.
            sharing = _ahead > 0 ? SharingLocked() : null;
        }

        CarryOut(orders);
        sharing?.Share();
        return leaves;
    }

    /// <summary>
    /// Says that a worker is gone, with <paramref name="notBegun"/>, in their order, still in its hands: they are the next to run.
    /// Those that it had <paramref name="begun"/> it settles itself. <paramref name="failure"/> says why a worker never became ready, <paramref name="lost"/> how it died
    /// with items that it had been sent and had none begun; the first of them, when it has cost too many workers, fails so.
    /// </summary>
    public void Ended(PoolWorker worker, ReadOnlySpan<WorkItem> notBegun, int begun, WorkerStartException? failure, WorkerCrashedException? lost = null)
    {
        PoolOrders orders;
        lock (_gate)
        {
            AssertInvariants();
            HoldLocked(worker, -notBegun.Length - begun);
            if (worker.TasksTaken == 0 && worker.Phase != WorkerPhase.Leaving)
                _vainStarts++;
            RemoveLocked(worker);
            WorkItem? hopeless = null;
            if (lost is not null && notBegun is [var first, ..] && !_terminated && !first.CancellationToken.IsCancellationRequested && ++first.LostWorkers >= MaxLostWorkers)
            {
                hopeless = first;
                notBegun = notBegun[1..];
            }

            var over = TakeBackLocked(notBegun);
            if (hopeless is not null)
                EndLocked(hopeless, lost, over);

            // Counted in a row: a start that works forgives the earlier ones. While another worker lives, what waits is left to it, so stray
            // kills cost nobody anything; one that ends after it had worked shows that starting is possible.
            var isLast = _workers.Count - _starting - _leaving == 0;
            if (failure is not null)
                _failedStarts++;
            else if (isLast)
                _failedStarts = 0;
            if (_failedStarts >= MaxFailedStarts && isLast)
            {
                EndPendingLocked(failure, over);
                _failedStarts = 0;
            }

            orders = OrdersLocked(over);
        }

        CarryOut(orders);
    }

    /// <summary>
    /// Closes the queue; with <paramref name="kill"/>, ends every worker whatever it does. The task ends when the last worker is gone.
    /// </summary>
    public Task Stop(bool cancelPending, bool kill)
    {
        PoolOrders orders;
        PoolWorker[] killed = [], sharing = [];
        lock (_gate)
        {
            AssertInvariants();
            Volatile.Write(ref _shutDown, true);
            _terminated |= kill;
            _cancelsPending |= cancelPending || kill;
            var over = new List<(WorkItem, Exception?)>();
            if (_cancelsPending)
            {
                EndPendingLocked(failure: null, over);
                sharing = [.. _workers.Where(static w => w.InHand > 1)];
            }

            if (kill)
                killed = [.. _workers];
            orders = OrdersLocked(over);
        }

        foreach (var worker in killed)
            worker.Kill();
        foreach (var worker in sharing)
            worker.Share();
        CarryOut(orders);
        return WhenStopped();
    }

    private async Task WhenStopped()
    {
        await _stopped.Task.ConfigureAwait(false);
        await LoneItems.WhenEnded().ConfigureAwait(false);
    }

    /// <summary>Starts those that are to be ready before there is work. They are replaced when they end.</summary>
    public void KeepReady()
    {
        for (var i = 0; i < _minWorkers; i++)
        {
            PoolOrders orders;
            lock (_gate)
                orders = OrdersLocked();
            CarryOut(orders);
        }
    }

    private void LetExpiredGo()
    {
        PoolWorker[] leaving;
        lock (_gate)
        {
            AssertInvariants();
            leaving = _idle.TakeExpired(most: _workers.Count - _leaving - _minWorkers);
            foreach (var worker in leaving)
                LeaveLocked(worker);
        }

        foreach (var worker in leaving)
            worker.Leave();
    }

    private static void Cancel(object state)
    {
        var (pool, item) = ((WorkerPool, WorkItem))state;
        PoolWorker? worker;
        PoolOrders orders;
        lock (pool._gate)
        {
            worker = item.State == WorkState.HandedOver ? item.Worker : null;
            if (item.State == WorkState.Pending)
                pool._pending.Remove(item);
            List<(WorkItem, Exception?)>? over = null;
            if (worker is null)
                EndLocked(item, failure: null, over = []);
            orders = pool.OrdersLocked(over);
        }

        pool.CarryOut(orders);
        worker?.CancelRunning(item);
    }

    private bool IsStoppedLocked => _shutDown && _workers.Count == 0 && _pending.Count == 0 && _held == 0 && _settling == 0;

    /// <summary>No work will come that an idle worker could take. What others hold ahead may yet come back, so nobody leaves before.</summary>
    private bool IsWorkedOffLocked => _shutDown && _pending.Count == 0 && _ahead == 0;

    /// <summary>Hands what waits to those who are idle, and says what follows from how things stand now.</summary>
    /// <param name="over">Items that have ended without a worker, and with what, if not by being canceled.</param>
    private PoolOrders OrdersLocked(List<(WorkItem, Exception?)>? over = null)
    {
        List<(PoolWorker, WorkItem)>? assigned = null;
        while (_idle.Count > 0 && _pending.Count > 0)
        {
            var idle = _idle.Pop();
            var item = _pending.RemoveFirst();
            HandOverLocked(item, idle);
            (assigned ??= []).Add((idle, item));
        }

        var leaving = _terminated || IsWorkedOffLocked ? TakeIdleLocked() : [];
        _settling += over?.Count ?? 0;
        return new PoolOrders
        {
            Assigned = assigned,
            Over = over,
            Leaving = leaving,
            Added = AddWorkerLocked(),
            InVain = StartingInVainLocked(),
            IsStopped = IsStoppedLocked,
        };
    }

    private void CarryOut(in PoolOrders orders)
    {
        if (orders.Assigned is not null)
        {
            foreach (var (worker, item) in orders.Assigned)
                worker.Assign(item);
        }

        orders.Added?.Start();
        foreach (var starting in orders.InVain ?? [])
            starting.StartInVain();
        foreach (var idle in orders.Leaving ?? [])
            idle.Leave();
        if (orders.IsStopped || Settle(orders.Over))
        {
            _idle.End();
            _stopped.TrySetResult();
        }
    }

    /// <summary>Ends the tasks of items that are over. True: that was the last that the pool had to do.</summary>
    private bool Settle(List<(WorkItem Item, Exception? Failure)>? over)
    {
        if (over is not { Count: > 0 })
            return false;
        foreach (var (item, failure) in over)
        {
            if (failure is null)
                item.Cancel();
            else
                item.Fail(failure);
        }

        lock (_gate)
        {
            _settling -= over.Count;
            return IsStoppedLocked;
        }
    }

    private static void EndLocked(WorkItem item, Exception? failure, List<(WorkItem, Exception?)> over)
    {
        item.State = WorkState.Done;
        over.Add((item, failure));
    }

    /// <summary>A worker that holds nothing waits or, if that is what is returned, leaves.</summary>
    private bool RestLocked(PoolWorker worker)
    {
        if (worker.InHand > 0 || worker.Phase != WorkerPhase.Busy)
            return false;
        if (_terminated || worker.IsSpent || worker.TasksTaken >= _maxTasksPerWorker || IsWorkedOffLocked)
        {
            LeaveLocked(worker);
            return true;
        }

        worker.Phase = WorkerPhase.Idle;
        _idle.Push(worker);
        return false;
    }

    private void EnqueueLocked(WorkItem item, bool first)
    {
        item.State = WorkState.Pending;
        item.Worker = null;
        _vainStarts = 0;
        if (first)
            _pending.AddFirst(item);
        else
            _pending.AddLast(item);
    }

    /// <summary>Puts items that were handed over before all others, but for those returned, which nobody wants any more.</summary>
    private List<(WorkItem, Exception?)> TakeBackLocked(ReadOnlySpan<WorkItem> items)
    {
        var over = new List<(WorkItem, Exception?)>();
        for (var i = items.Length - 1; i >= 0; i--)
        {
            // The token's own call may have come while the item was in nobody's hands.
            if (_cancelsPending || items[i].CancellationToken.IsCancellationRequested)
                EndLocked(items[i], failure: null, over);
            else
                EnqueueLocked(items[i], first: true);
        }

        return over;
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
        _held += more;
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

        worker.Phase = WorkerPhase.Ended;
    }

    private void LeaveLocked(PoolWorker worker)
    {
        worker.Phase = WorkerPhase.Leaving;
        _leaving++;
    }

    /// <summary>All who are idle, to be let go outside the lock.</summary>
    private PoolWorker[] TakeIdleLocked()
    {
        var idle = _idle.TakeAll();
        foreach (var worker in idle)
            LeaveLocked(worker);
        return idle;
    }

    /// <summary>A new worker, to be started outside the lock; null where there are enough, or enough are on their way.</summary>
    private PoolWorker? AddWorkerLocked()
    {
        if (_terminated || _workers.Count - _leaving >= MaxWorkers)
            return null;
        var isNeeded = _failedStarts < MaxFailedStarts && _starting < _pending.Count + _ahead;
        if (!isNeeded && !IsStandbyMissingLocked)
            return null;
        var worker = _createWorker(++_workersMade);
        worker.IsKeptReady = !isNeeded;
        _workers.Add(worker);
        _starting++;
        return worker;
    }

    private bool IsStandbyMissingLocked => _workers.Count - _leaving < _minWorkers && !_shutDown && _vainStarts < MaxFailedStarts;

    /// <summary>The workers that still start when no work waits and none will come. They alone could keep a shutdown waiting for what their initializer waits for.</summary>
    private PoolWorker[] StartingInVainLocked() =>
        IsWorkedOffLocked && _starting > 0 ? [.. _workers.Where(w => w.Phase == WorkerPhase.Starting)] : [];

    private void EndPendingLocked(Exception? failure, List<(WorkItem, Exception?)> over)
    {
        while (_pending.Count > 0)
            EndLocked(_pending.RemoveFirst(), failure, over);
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        Debug.Assert(_workers.Count - _leaving <= MaxWorkers, "no more workers than allowed");
        Debug.Assert(_idle.Count == 0 || _pending.Count == 0, "nobody idles while work waits");
        Debug.Assert(_pending.Count == 0 || _workers.Count > _leaving, "somebody comes for what waits");
        Debug.Assert(_starting >= 0 && _leaving >= 0);
        Debug.Assert(_ahead >= _workers.Sum(static w => Math.Max(0, w.InHand - 1)), "what is held ahead is counted");
        Debug.Assert(_workers.All(static w => w.Phase == WorkerPhase.Busy || w.InHand == 0), "who holds something is busy");
    }
}
