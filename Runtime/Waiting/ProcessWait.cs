using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// Waits for the first of many: queues and pipes with something to take, processes that have ended. One thread parks for all of them at once
/// (futex_waitv(2)). What <c>multiprocessing.connection.wait</c> is in Python, and <see cref="WaitHandle.WaitAny(WaitHandle[])"/> in .NET.
/// </summary>
/// <remarks>To be told is not to have: where others take from the same queue, one of them may be faster, so take with a time-out of zero.</remarks>
public static class ProcessWait
{
    /// <summary>What is parked on besides the targets: the bell of this process.</summary>
    private const int Most = Futex.MostWords - 1;

    /// <summary>How long to park where the kernel cannot park on many words. Each look costs a few reads.</summary>
    private static readonly TimeSpan s_pollTime = TimeSpan.FromMilliseconds(2);

    /// <summary>Blocks until one of them is ready.</summary>
    /// <param name="waitables">Queues, pipe ends and worker processes; at most 127.</param>
    /// <returns>The index of the first that is ready.</returns>
    /// <exception cref="ArgumentException">There is none, there are more than 127, or one is null.</exception>
    /// <exception cref="ObjectDisposedException">One of them was disposed in this process, before the call or while it waited.</exception>
    public static int Any(params ReadOnlySpan<IProcessWaitable> waitables) => Any(waitables, Deadline.Never, CancellationToken.None);

    /// <summary>Blocks until one of them is ready, but not for ever.</summary>
    /// <param name="waitables">Queues, pipe ends and worker processes; at most 127.</param>
    /// <param name="timeout">How long to wait; <see cref="TimeSpan.Zero"/> looks once, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The index of the first that is ready; -1 at the time-out.</returns>
    /// <exception cref="ArgumentException">There is none, there are more than 127, or one is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">One of them was disposed in this process, before the call or while it waited.</exception>
    public static int Any(ReadOnlySpan<IProcessWaitable> waitables, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Any(waitables, Deadline.After(timeout), cancellationToken);

    /// <summary>Waits until one of them is ready, without blocking the caller. A thread waits for each such call.</summary>
    /// <param name="waitables">Queues, pipe ends and worker processes; at most 127.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The index of the first that is ready.</returns>
    /// <exception cref="ArgumentException">There is none, there are more than 127, or one is null.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">One of them was disposed in this process, before the call or while it waited.</exception>
    public static ValueTask<int> AnyAsync(IEnumerable<IProcessWaitable> waitables, CancellationToken cancellationToken = default)
    {
        IProcessWaitable[] all = [.. waitables];
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        return Any(all, Deadline.Passed, cancellationToken) is >= 0 and var ready
            ? ValueTask.FromResult(ready)
            : new(Task.Factory.StartNew(() => Any(all, Deadline.Never, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    private static int Any(ReadOnlySpan<IProcessWaitable> waitables, Deadline deadline, CancellationToken cancellationToken)
    {
        if (waitables.IsEmpty || waitables.Length > Most)
            throw new ArgumentException($"Wait for at least one, and for at most {Most} at a time; here are {waitables.Length}.", nameof(waitables));
        cancellationToken.ThrowIfCancellationRequested();
        var targets = new IWaitTarget[waitables.Length];
        for (var i = 0; i < targets.Length; i++)
            targets[i] = waitables[i]?.Target ?? throw new ArgumentException($"What to wait for is null at index {i}.", nameof(waitables));
        var entered = 0;
        try
        {
            for (; entered < targets.Length; entered++)
                targets[entered].Enter();
            return WaitInside(targets, deadline, cancellationToken);
        }
        finally
        {
            foreach (var target in targets.AsSpan(0, entered))
                target.Exit();
        }
    }

    private static int WaitInside(IWaitTarget[] targets, Deadline deadline, CancellationToken cancellationToken)
    {
        var ready = FindReady(targets);
        if (ready >= 0 || deadline.HasPassed)
            return ready;
        var words = new Libc.FutexWaiter[targets.Length + 1];
        var parkTime = new ParkTime();
        using var ringOnCancel = cancellationToken.UnsafeRegister(static _ => LocalBell.Instance.RingAll(), null);
        while (true)
        {
            words[^1] = LocalBell.Instance.Listen();
            for (var i = 0; i < targets.Length; i++)
                words[i] = targets[i].Bell.Listen();
            foreach (var target in targets)
                target.Check();
            ready = FindReady(targets);
            if (ready >= 0)
                return ready;
            cancellationToken.ThrowIfCancellationRequested();
            if (deadline.HasPassed)
                return -1;
            CrashPoint.Reach("wait: about to park");
            if (!Futex.TryWaitAny(words, deadline.RemainingUpTo(parkTime.Next())))
                Thread.Sleep(deadline.RemainingUpTo(s_pollTime));
        }
    }

    private static int FindReady(IWaitTarget[] targets) => Array.FindIndex(targets, static target => target.IsReady);
}
