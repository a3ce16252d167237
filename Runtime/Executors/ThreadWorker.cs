namespace Tandem.Executors;

/// <summary>A call that runs on a thread of this process.</summary>
internal abstract class ThreadWorkItem<TResult>(CancellationToken cancellationToken) : WorkItem<TResult>(cancellationToken), IThreadWork
{
    private TResult? _result;
    private Exception? _exception;

    public void Execute()
    {
        try
        {
            _result = Invoke();
        }
        catch (Exception exception)
        {
            _exception = exception;
        }
    }

    public void Settle()
    {
        if (_exception is null)
            Succeed(_result!);
        else
            Fail(_exception);
    }

    protected abstract TResult Invoke();
}

/// <summary>Execution and the telling of it are two steps: between them the worker reports itself ready, so that whoever awaits the task finds it idle.</summary>
internal interface IThreadWork
{
    void Execute();

    void Settle();
}

/// <summary>A dedicated background thread of a <see cref="ThreadExecutor"/>.</summary>
internal sealed class ThreadWorker(WorkerPool pool, string name, Action? initializer) : PoolWorker
{
    [ThreadStatic]
    private static WorkerPool? t_pool;

    // Released once for each Assign and for Leave.
    private readonly SemaphoreSlim _told = new(0);
    private WorkItem? _assigned;

    /// <summary>The pool that the current thread works for, if any.</summary>
    public static WorkerPool? CurrentPool => t_pool;

    // UnsafeStart: a worker belongs to nobody, so the AsyncLocals of whoever happened to submit first stay out.
    public override void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();
        }
        catch (OutOfMemoryException exception)
        {
            pool.Ended(this, began: false, new WorkerStartException($"Thread '{name}' could not be started. Use fewer workers or raise the limit on threads.", exception));
        }
    }

    public override void Assign(WorkItem item)
    {
        _assigned = item;
        _told.Release();
    }

    // A thread cannot be killed: work that should end early takes a token.
    public override void CancelRunning(WorkItem item)
    {
    }

    public override void Leave() => _told.Release();

    public override void Kill() => throw new NotSupportedException("A thread cannot be killed.");

    private void Run()
    {
        t_pool = pool;
        try
        {
            initializer?.Invoke();
        }
        catch (Exception exception)
        {
            pool.Ended(this, began: false, new WorkerStartException($"The initializer of '{name}' failed: {exception.Message}", exception));
            return;
        }

        var leaves = false;
        var item = pool.Ready(this, out leaves);
        while (!leaves)
        {
            item ??= WaitForWork();
            if (item is null)
                break;
            item = Run(item, out leaves);
        }

        pool.Ended(this, began: true, failure: null);
    }

    private WorkItem? WaitForWork()
    {
        _told.Wait();
        return Interlocked.Exchange(ref _assigned, null);
    }

    private WorkItem? Run(WorkItem item, out bool leaves)
    {
        if (item.CancellationToken.IsCancellationRequested)
        {
            var next = pool.Ready(this, out leaves);
            item.Cancel();
            return next;
        }

        // A context of its own for each task: what one leaves in AsyncLocals or as culture, the next does not find.
        var work = (IThreadWork)item;
        ExecutionContext.Run(s_emptyContext, static w => ((IThreadWork)w!).Execute(), work);
        var following = pool.Ready(this, out leaves);
        work.Settle();
        return following;
    }

    private static readonly ExecutionContext s_emptyContext = CaptureEmptyContext();

    private static ExecutionContext CaptureEmptyContext()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}
