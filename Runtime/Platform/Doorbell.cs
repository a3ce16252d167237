namespace Tandem.Platform;

/// <summary>
/// How those who wait for a condition in shared memory are told that it may have changed; an eventcount (D. Reed and R. Kanodia,
/// "Synchronization with Eventcounts and Sequencers", 1979). Ringing costs one read while nobody waits.
/// </summary>
/// <remarks>
/// <para>The waiter listens, looks at the condition and parks. The other changes the condition, then rings.
/// Each writes its own word before it reads the other's, so either the waiter sees the change or the ringer sees the waiter.</para>
/// <para>A dead waiter costs one needless ring: the next one clears the word, and those who still wait set it again. A ringer that dies
/// between change and ring leaves the waiters to <see cref="ParkTime"/>. Models/ring.pml checks it together with the ring that it was made for.</para>
/// </remarks>
internal readonly unsafe struct Doorbell(Doorbell.State* state)
{
    /// <summary>What this thread has learned from its waits. Longer than a wake-up takes, or two who answer each other would park each time once they had begun to.</summary>
    [ThreadStatic]
    private static AdaptiveSpin t_spin;

    public struct State
    {
        /// <summary>Counts the rings; the word on which the kernel parks.</summary>
        public int Rings;

        /// <summary>1 when somebody may wait.</summary>
        public int Listening;
    }

    /// <summary>Tries until the attempt succeeds, and parks between tries; false at the deadline. The attempt is made at least once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The primitive was disposed first.</exception>
    public bool WaitUntil<TAttempt>(ref TAttempt attempt, in WaitLimits limits)
        where TAttempt : IAttempt, allows ref struct => WaitUntil(ref attempt, limits, ref t_spin);

    /// <summary>As <see cref="WaitUntil{TAttempt}(ref TAttempt, in WaitLimits)"/>, where one waits often and has learned by itself whether it pays to look again before parking.</summary>
    public bool WaitUntil<TAttempt>(ref TAttempt attempt, in WaitLimits limits, ref AdaptiveSpin spin)
        where TAttempt : IAttempt, allows ref struct
    {
        if (attempt.Try(limits))
            return true;
        if (limits.Deadline.HasPassed)
            return false;
        return spin.Until(ref attempt, limits) || Park(ref attempt, limits);
    }

    private bool Park<TAttempt>(ref TAttempt attempt, in WaitLimits limits)
        where TAttempt : IAttempt, allows ref struct
    {
        var parkTime = new ParkTime();
        using var ringOnCancel = limits.CancellationToken.UnsafeRegister(static state => new Doorbell((State*)(nint)state!).RingAll(), (nint)state);
        while (true)
        {
            // In this order: rung between the two, the count differs and the park ends at once.
            var rings = Volatile.Read(ref state->Rings);
            Interlocked.Exchange(ref state->Listening, 1);
            if (attempt.Try(limits))
                return true;
            limits.ThrowIfCalledOff();
            if (limits.Deadline.HasPassed)
                return false;
            CrashPoint.Reach("doorbell: about to park");
            Futex.Wait(&state->Rings, rings, limits.Deadline.RemainingUpTo(parkTime.Next()));
        }
    }

    /// <summary>As <see cref="WaitUntil{TAttempt}(ref TAttempt, in WaitLimits)"/>, for what a death may bring about: where nobody rings, it looks for the dead now and then, and once at the deadline.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The primitive was disposed first.</exception>
    public bool WaitWatching<TAttempt>(ref TAttempt attempt, in WaitLimits limits)
        where TAttempt : IWatchingAttempt
    {
        var parkTime = new ParkTime();
        while (true)
        {
            if (WaitUntil(ref attempt, limits with { Deadline = limits.Deadline.UpTo(parkTime.Next()) }) || attempt.TryAfterDeaths(limits))
                return true;
            if (limits.Deadline.HasPassed)
                return false;
        }
    }

    /// <summary>Listens, for one who parks by himself; the condition is to be looked at after this.</summary>
    /// <returns>What to park on.</returns>
    public Libc.FutexWaiter Listen()
    {
        var rings = Volatile.Read(ref state->Rings);
        Interlocked.Exchange(ref state->Listening, 1);
        return new(&state->Rings, rings);
    }

    /// <summary>Says that the condition has changed. The change comes before it, with a full fence between.</summary>
    public void Ring()
    {
        if (Volatile.Read(ref state->Listening) == 0)
            return;
        Volatile.Write(ref state->Listening, 0);
        CrashPoint.Reach("doorbell: nobody woken yet");
        RingAll();
    }

    /// <summary>Makes all who wait look again, at their limits too.</summary>
    public void RingAll()
    {
        Interlocked.Increment(ref state->Rings);
        Futex.WakeAll(&state->Rings);
    }
}
