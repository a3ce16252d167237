namespace Tandem.Platform;

/// <summary>
/// Looks after the leaders that run user code: every millisecond while there are any, and not at all while there are none. A leader that
/// was in the same code at the last look is relieved.
/// </summary>
internal static class LeaderRelief
{
    private const int PeriodMilliseconds = 1;

    /// <summary>After so many looks without anything to see it sleeps.</summary>
    private const int QuietLooks = 20;

    private static readonly Lock s_gate = new();
    private static readonly List<Leader> s_leaders = [];
    private static readonly SemaphoreSlim s_wake = new(0);
    private static bool s_hasThread;

    /// <summary>1 while it sleeps, and is to be woken by the next leader that runs user code.</summary>
    private static int s_isAsleep;

    /// <summary>Called by a leader which is in user code now.</summary>
    public static void Watch(Leader leader)
    {
        // It has told its term by an interlocked operation, so either this sees that the other sleeps, or the other sees the term.
        if (leader.IsLookedAfter && Volatile.Read(ref s_isAsleep) == 0)
            return;
        lock (s_gate)
        {
            if (!s_hasThread && !TryStart())
                return;
            s_hasThread = true;
            if (!leader.IsLookedAfter)
                s_leaders.Add(leader);
            leader.IsLookedAfter = true;
        }

        if (Interlocked.Exchange(ref s_isAsleep, 0) != 0)
            s_wake.Release();
    }

    /// <summary>Where there is no thread to be had just now, the leader goes on without relief, and the next one tries again.</summary>
    private static bool TryStart()
    {
        try
        {
            new Thread(Look) { IsBackground = true, Name = "Tandem relief" }.UnsafeStart();
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>It leads no more.</summary>
    public static void Forget(Leader leader)
    {
        lock (s_gate)
            s_leaders.Remove(leader);
    }

    private static void Look()
    {
        var quietLooks = 0;
        var late = new List<(Leader Leader, long Term)>();
        while (true)
        {
            if (quietLooks == QuietLooks)
            {
                // Slept, or what was seen is new: nobody is late before a millisecond has passed.
                SleepUntilNews(late);
                quietLooks = 0;
            }

            Thread.Sleep(PeriodMilliseconds);
            quietLooks = AnyNews(late) ? 0 : quietLooks + 1;
            foreach (var (leader, term) in late)
                leader.Relieve(term);
        }
    }

    private static void SleepUntilNews(List<(Leader Leader, long Term)> late)
    {
        Interlocked.Exchange(ref s_isAsleep, 1);

        // A leader that saw it asleep meanwhile has told of itself.
        if (!AnyNews(late) || Interlocked.Exchange(ref s_isAsleep, 0) == 0)
            s_wake.Wait();
    }

    /// <summary>Whether any leader has begun or ended user code since the last look, or is in some; finds those that are late.</summary>
    private static bool AnyNews(List<(Leader Leader, long Term)> late)
    {
        late.Clear();
        var any = false;
        lock (s_gate)
        {
            foreach (var leader in s_leaders)
            {
                var term = leader.Term;
                if (term % 2 != 0 && term == leader.SeenTerm)
                    late.Add((leader, term));
                any |= term % 2 != 0 || term != leader.SeenTerm;
                leader.SeenTerm = term;
            }
        }

        return any;
    }
}
