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
    /// <summary>Flows with asynchronous work to whatever threads it goes on on, which a thread-static would not.</summary>
    private static readonly AsyncLocal<Running?> s_running = new();

    // Not a SemaphoreSlim, which forgets to wake a waiter after another one was interrupted just as it was woken.
    private readonly ManualResetEventSlim _told = new();
    private volatile bool _mustLeave;
    private readonly List<WorkItem> _next = [];
    private WorkItem? _assigned;

    /// <summary>The pool for which the caller works, if any. What work started and left behind works for nobody.</summary>
    public static WorkerPool? CurrentPool => s_running.Value is { HasEnded: false } running ? running.Pool : null;

    // UnsafeStart: a worker belongs to nobody, so the AsyncLocals of whoever happened to submit first stay out.
    public override void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();
        }
        catch (OutOfMemoryException exception)
        {
            pool.Ended(this, [], begun: 0, new WorkerStartException($"Thread '{name}' could not be started. Use fewer workers or raise the limit on threads.", exception));
        }
    }

    public override void Assign(WorkItem item)
    {
        Volatile.Write(ref _assigned, item);
        _told.Set();
    }

    // A thread cannot be killed: work that should end early takes a token.
    public override void CancelRunning(WorkItem item)
    {
    }

    public override void Leave()
    {
        _mustLeave = true;
        _told.Set();
    }

    public override void Kill() => throw new NotSupportedException("A thread cannot be killed.");

    private void Run()
    {
        try
        {
            RunAsPool(static i => ((Action?)i)?.Invoke(), initializer);
            WorkerThread.ForgetInterrupt();
        }
        catch (Exception exception)
        {
            pool.Ended(this, [], begun: 0, new WorkerStartException($"The initializer of '{name}' failed: {exception.Message}", exception));
            return;
        }

        var thread = new WorkerThread();
        var item = Next(ended: 0, out var leaves);
        while (!leaves)
        {
            item ??= WaitForWork();
            if (item is null)
                break;
            item = Run(item, thread, out leaves);
        }

        pool.Ended(this, [], begun: 0, failure: null);
    }

    private WorkItem? Next(int ended, out bool leaves)
    {
        leaves = pool.Ready(this, ended, window: 1, _next);
        var next = _next.Count > 0 ? _next[0] : null;
        _next.Clear();
        return next;
    }

    private WorkItem? WaitForWork()
    {
        while (true)
        {
            try
            {
                _told.Wait();
                _told.Reset();
                WorkerThread.ForgetInterrupt();
                if (Interlocked.Exchange(ref _assigned, null) is { } item)
                    return item;
                if (_mustLeave)
                    return null;
            }
            catch (ThreadInterruptedException)
            {
                // Somebody kept hold of this thread and interrupted it; that was meant for the work, which is over.
            }
        }
    }

    private void RunAsPool(Action<object?> body, object? state)
    {
        var running = new Running(pool);
        s_running.Value = running;
        try
        {
            body(state);
        }
        finally
        {
            running.HasEnded = true;
        }
    }

    private WorkItem? Run(WorkItem item, WorkerThread thread, out bool leaves)
    {
        if (item.CancellationToken.IsCancellationRequested)
        {
            var next = Next(ended: 1, out leaves);
            item.Cancel();
            return next;
        }

        var work = (IThreadWork)item;
        RunAsPool(static w => ((IThreadWork)w!).Execute(), work);
        thread.MakeAnew();
        var following = Next(ended: 1, out leaves);
        work.Settle();
        return following;
    }

    /// <summary>One run of user code, for those who ask from inside it.</summary>
    private sealed class Running(WorkerPool pool)
    {
        private volatile bool _hasEnded;

        public WorkerPool Pool => pool;

        public bool HasEnded
        {
            get => _hasEnded;
            set => _hasEnded = value;
        }
    }
}
