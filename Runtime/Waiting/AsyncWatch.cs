using Tandem.Platform;

namespace Tandem.Waiting;

/// <summary>
/// Lets any number of asynchronous callers wait for what happens in shared memory, each for something of his own: one thread looks after all of
/// them whenever the bell rings. Other than in an <see cref="AsyncLane{TResult}"/> nobody waits behind another who may need him first.
/// </summary>
/// <param name="bell">Rung when any of the callers may have got what he waits for.</param>
/// <param name="lease">The primitive's; the callers stay inside while they wait.</param>
internal sealed class AsyncWatch(Doorbell bell, SharedMemoryLease lease)
{
    /// <summary>How long the thread waits for the next caller.</summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    /// <summary>Guards the fields below.</summary>
    private readonly Lock _gate = new();

    private readonly List<Call> _calls = [];

    /// <summary>Set for the thread when somebody has come.</summary>
    private AutoResetEvent? _arrival;

    /// <summary>Whether the thread is there.</summary>
    private bool _isServed;

    /// <summary>Ends when the attempt has succeeded.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The primitive was disposed first.</exception>
    public async ValueTask Run(IWatchingAttempt attempt, CancellationToken cancellationToken)
    {
        var call = new Call(attempt);
        lock (_gate)
        {
            _arrival ??= new(false);
            if (!_isServed)
            {
                // First of all: where no more threads can be had, this caller is told, and the next one tries again.
                new Thread(Serve) { IsBackground = true, Name = "Tandem async waits" }.UnsafeStart();
                _isServed = true;
            }

            _calls.Add(call);
        }

        // It waits for a caller or for the bell.
        _arrival.Set();
        bell.RingAll();
        using (cancellationToken.UnsafeRegister(Cancel, call))
            await call.Task.ConfigureAwait(false);
    }

    private void Cancel(object? state, CancellationToken cancellationToken)
    {
        var call = (Call)state!;
        if (TryRemove(call))
            call.SetCanceled(cancellationToken);
    }

    /// <summary>Whoever removes a call, and nobody else, completes it.</summary>
    private bool TryRemove(Call call)
    {
        lock (_gate)
            return TryRemoveHeld(call);
    }

    private bool TryRemoveHeld(Call call)
    {
        if (call.IsOver)
            return false;
        call.IsOver = true;
        return _calls.Remove(call);
    }

    private Call[] Calls()
    {
        lock (_gate)
            return [.. _calls];
    }

    private void Serve()
    {
        while (true)
        {
            if (!_arrival!.WaitOne(s_linger))
            {
                lock (_gate)
                {
                    if (_calls.Count == 0)
                    {
                        _isServed = false;
                        return;
                    }
                }
            }

            try
            {
                WatchUntilNobodyWaits();
            }
            catch (Exception error)
            {
                // Disposed, or what else there is to say to each caller.
                foreach (var call in Calls().Where(TryRemove))
                    call.SetException(error);
            }
        }
    }

    private void WatchUntilNobodyWaits()
    {
        if (Calls().Length == 0)
            return;
        lease.Enter();
        try
        {
            var all = new All(this);
            bell.WaitWatching(ref all, new WaitLimits(Deadline.Never, default, lease));
        }
        finally
        {
            lease.Exit();
        }
    }

    private bool Complete(Func<IWatchingAttempt, bool> isDone)
    {
        foreach (var call in Calls())
        {
            bool isTaken;
            // What the attempt takes, such as the signal of an automatic event, would be lost with a caller who is cancelled meanwhile.
            lock (_gate)
                isTaken = !call.IsOver && isDone(call.Attempt) && TryRemoveHeld(call);
            if (isTaken)
                call.SetResult(true);
        }

        lock (_gate)
            return _calls.Count == 0;
    }

    private sealed class Call(IWatchingAttempt attempt) : Waiter<bool>
    {
        public IWatchingAttempt Attempt => attempt;

        /// <summary>It is in the list no more. Guarded by the gate.</summary>
        public bool IsOver { get; set; }
    }

    private readonly struct All(AsyncWatch watch) : IWatchingAttempt
    {
        public bool Try(in WaitLimits limits)
        {
            var those = limits;
            return watch.Complete(attempt => attempt.Try(those));
        }

        public bool TryAfterDeaths(in WaitLimits limits)
        {
            var those = limits;
            return watch.Complete(attempt => attempt.TryAfterDeaths(those));
        }
    }
}
