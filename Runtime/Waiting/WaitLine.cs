namespace Tandem.Waiting;

/// <summary>
/// A fair line in which blocked and awaiting callers stand together, first come, first served.
/// A waiter is either in the line or has been taken out by exactly one party: the one that serves it, or its own time-out or cancellation.
/// That one question, settled under the gate, is what makes a grant that races with a cancellation safe.
/// </summary>
/// <param name="gate">The owner's lock. Members named …Held need it.</param>
internal sealed class WaitLine<TWaiter, TResult>(Lock gate)
    where TWaiter : Waiter<TResult>
{
    private readonly LinkedList<Waiter<TResult>> _waiters = [];

    public int CountHeld => _waiters.Count;

    public void EnqueueHeld(TWaiter waiter)
    {
        waiter.Place = _waiters.AddLast(waiter);
    }

    /// <summary>Takes the first waiter out of the line; the caller completes it once the gate is released.</summary>
    public TWaiter? DequeueHeld()
    {
        var first = _waiters.First;
        if (first is null)
            return null;
        _waiters.RemoveFirst();
        first.Value.Place = null;
        return (TWaiter)first.Value;
    }

    public TWaiter[] DequeueAllHeld()
    {
        TWaiter[] all = [.. _waiters.Cast<TWaiter>()];
        _waiters.Clear();
        foreach (var waiter in all)
            waiter.Place = null;
        return all;
    }

    /// <summary>Blocks until the waiter is served: true, and its task has the result. False when the deadline passed first.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public bool Wait(TWaiter waiter, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            // Served between the time-out and the withdrawal: the result is there or on its way.
            return waiter.Task.Wait(deadline.Remaining, cancellationToken) || !TryWithdraw(waiter);
        }
        catch
        {
            // Cancelled or interrupted after it was served: the grant can't be given back, so it wins.
            if (TryWithdraw(waiter))
                throw;
            return true;
        }
    }

    public async ValueTask<TResult> WaitAsync(TWaiter waiter, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(Cancel, waiter))
            return await waiter.Task.ConfigureAwait(false);
    }

    private void Cancel(object? state, CancellationToken cancellationToken)
    {
        var waiter = (TWaiter)state!;
        if (TryWithdraw(waiter))
            waiter.SetCanceled(cancellationToken);
    }

    private bool TryWithdraw(TWaiter waiter)
    {
        lock (gate)
        {
            if (waiter.Place is not { } place)
                return false;
            // By its place: a search would make a token that cancels a whole line quadratic, under the gate.
            _waiters.Remove(place);
            waiter.Place = null;
            return true;
        }
    }
}
