namespace Tandem.Platform;

/// <summary>
/// How those who wait for a condition in shared memory are told that it may have changed; an eventcount (D. Reed and R. Kanodia,
/// "Synchronization with Eventcounts and Sequencers", 1979). Ringing costs one read while nobody waits.
/// </summary>
/// <remarks>
/// <para>The waiter: <see cref="Listen"/>, look at the condition, <see cref="Wait"/>. The other: change the condition, then <see cref="Ring"/>.
/// Each writes its own word before it reads the other's, so either the waiter sees the change or the ringer sees the waiter.</para>
/// <para>A dead waiter costs one needless ring: the next one clears the word, and those who still wait set it again. A ringer that dies
/// between change and ring leaves the waiters to <see cref="ParkTime"/>.</para>
/// </remarks>
internal readonly unsafe struct Doorbell(Doorbell.State* state)
{
    public struct State
    {
        /// <summary>Counts the rings; the word on which the kernel parks.</summary>
        public int Rings;

        /// <summary>1 when somebody may wait.</summary>
        public int Listening;
    }

    /// <summary>Says that we are about to wait. Look at the condition after this, then pass the result to <see cref="Wait"/>.</summary>
    public int Listen()
    {
        // In this order: rung between the two, the count differs and the wait returns at once.
        var rings = Volatile.Read(ref state->Rings);
        Interlocked.Exchange(ref state->Listening, 1);
        return rings;
    }

    /// <summary>Parks until the next ring after <see cref="Listen"/>, or at most for <paramref name="limit"/>.</summary>
    public void Wait(int rings, TimeSpan limit)
    {
        CrashPoint.Reach("doorbell: about to park");
        Futex.Wait(&state->Rings, rings, limit);
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

    /// <summary>Rings when the token is cancelled, until disposed.</summary>
    public CancellationTokenRegistration RingOn(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static state => new Doorbell((State*)(nint)state!).RingAll(), (nint)state);
}
