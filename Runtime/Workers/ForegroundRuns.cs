namespace Tandem.Workers;

/// <summary>
/// The worker processes that this process waits for before it ends. By ProcessExit and not by a foreground thread: that way Environment.Exit
/// waits for them too, as Python's sys.exit does.
/// </summary>
internal static class ForegroundRuns
{
    /// <summary>Guards what follows.</summary>
    private static readonly Lock s_gate = new();
    private static readonly HashSet<ProcessRun> s_runs = [];
    private static bool s_isWatching;

    public static void Add(ProcessRun run)
    {
        lock (s_gate)
        {
            s_runs.Add(run);
            if (s_isWatching)
                return;
            s_isWatching = true;
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => JoinAll();
        }
    }

    public static void Remove(ProcessRun run)
    {
        lock (s_gate)
            s_runs.Remove(run);
    }

    private static void JoinAll()
    {
        // Those that background threads still start while we wait, too.
        while (Next() is { } run)
            run.Join(Timeout.InfiniteTimeSpan);
    }

    private static ProcessRun? Next()
    {
        lock (s_gate)
            return s_runs.FirstOrDefault();
    }
}
