namespace Tandem.Executors;

/// <summary>
/// The workers of a pool that wait for work. A stack: the worker that was busy last has the warmest caches, and the coldest ones stay idle,
/// until they have been so for too long. The pool's lock guards it.
/// </summary>
/// <param name="timeout">How long a worker may be idle; infinite for ever.</param>
/// <param name="expired">Called, outside the lock, when somebody has been idle for so long.</param>
internal sealed class IdleWorkers(TimeSpan timeout, Action expired)
{
    private readonly List<PoolWorker> _workers = [];
    private Timer? _timer;
    private bool _isTimed;

    public int Count => _workers.Count;

    public void Push(PoolWorker worker)
    {
        _workers.Add(worker);
        if (timeout == Timeout.InfiniteTimeSpan)
            return;
        worker.IdleSince = Environment.TickCount64;
        if (!_isTimed)
            StartTimer(timeout);
    }

    public PoolWorker Pop()
    {
        var last = _workers[^1];
        _workers.RemoveAt(_workers.Count - 1);
        return last;
    }

    public void Remove(PoolWorker worker) => _workers.Remove(worker);

    public PoolWorker[] TakeAll()
    {
        PoolWorker[] all = [.. _workers];
        _workers.Clear();
        return all;
    }

    /// <summary>Takes those that have been idle for too long, the coldest first, but no more than <paramref name="most"/>.</summary>
    public PoolWorker[] TakeExpired(int most)
    {
        var now = Environment.TickCount64;
        var count = _workers.TakeWhile(w => w.IdleSince + timeout.TotalMilliseconds <= now).Take(most).Count();
        PoolWorker[] taken = [.. _workers[..count]];
        _workers.RemoveRange(0, count);

        // Those who may stay have no time-out; the next one to come starts the timer again.
        _isTimed = taken.Length < most && _workers.Count > 0;
        if (_isTimed)
            StartTimer(TimeSpan.FromMilliseconds(Math.Max(1, _workers[0].IdleSince + timeout.TotalMilliseconds - now)));
        return taken;
    }

    /// <summary>Nobody will be idle any more.</summary>
    public void End() => _timer?.Dispose();

    private void StartTimer(TimeSpan due)
    {
        _isTimed = true;
        _timer ??= NewTimer();
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Without the AsyncLocals of whoever happened to come first, which it would hold on to.</summary>
    private Timer NewTimer()
    {
        if (!ExecutionContext.IsFlowSuppressed())
        {
            using (ExecutionContext.SuppressFlow())
                return NewTimer();
        }

        return new Timer(static expired => ((Action)expired!)(), expired, Timeout.Infinite, Timeout.Infinite);
    }
}
