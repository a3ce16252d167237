namespace Tandem.Executors;

/// <summary>
/// The thread on which a worker runs one task after the other, as the initializer left it: what a task leaves on it in AsyncLocals, culture,
/// synchronization context, priority or a late interrupt, the next does not find. Made and used on that thread.
/// </summary>
internal sealed class WorkerThread
{
    private static readonly ManualResetEvent s_isSet = new(true);

    private readonly ExecutionContext _context;
    private readonly ThreadPriority _priority = Thread.CurrentThread.Priority;

    public WorkerThread()
    {
        if (ExecutionContext.IsFlowSuppressed())
            ExecutionContext.RestoreFlow();
        _context = ExecutionContext.Capture()!;
    }

    /// <summary>Called after each task, so that neither the next finds anything of it nor an idle worker holds on to it.</summary>
    public void MakeAnew()
    {
        ForgetInterrupt();
        ExecutionContext.Restore(_context);
        // The initializer's too: the worker waits for its tasks itself, so nobody would ever run what is posted to this thread.
        SynchronizationContext.SetSynchronizationContext(null);
        if (Thread.CurrentThread.Priority != _priority)
            Thread.CurrentThread.Priority = _priority;
    }

    /// <summary>
    /// An interrupt that was meant for a task which is over must hit neither the worker nor the next task. Called after each task, and after
    /// each wait for the next, since it may come late; no more often, as it costs as much as a short task.
    /// </summary>
    public static void ForgetInterrupt()
    {
        try
        {
            // Does not wait, but looks for interrupts as each wait does.
            s_isSet.WaitOne(0);
        }
        catch (ThreadInterruptedException)
        {
        }
    }
}
