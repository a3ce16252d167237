namespace Tandem.Executors;

/// <summary>Where a work item stands. It only ever moves forward.</summary>
internal enum WorkState
{
    New,
    Pending,

    /// <summary>In the hands of a worker, which runs it or soon will.</summary>
    HandedOver,
    Done,
}

/// <summary>One submitted call on its way through a <see cref="WorkerPool"/>. The pool's lock guards the first five members.</summary>
internal abstract class WorkItem(CancellationToken cancellationToken)
{
    public WorkState State;

    /// <summary>The neighbours in the pool's queue while the item is pending.</summary>
    public WorkItem? Previous;

    /// <inheritdoc cref="Previous"/>
    public WorkItem? Next;

    /// <summary>In whose hands it is, once it was handed over.</summary>
    public PoolWorker? Worker;

    /// <summary>How many workers were given it and died before they began it.</summary>
    public int LostWorkers;

    /// <summary>Ends the item's watch on its token.</summary>
    protected CancellationTokenRegistration Watch { get; private set; }

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Begins to watch its token, before it enters the pool. What is called may be called again.</summary>
    public virtual void WatchToken(Action<object> canceled, object state)
    {
        if (cancellationToken.CanBeCanceled)
            Watch = cancellationToken.UnsafeRegister(canceled!, state);
    }

    /// <summary>Lets go of what it holds: the pool has not taken it, and its task is nobody's. Never called under a lock.</summary>
    public abstract void LetGo();

    /// <summary>Ends the task as canceled. Never called under a lock.</summary>
    public abstract void Cancel();

    /// <summary>Ends the task with an exception, or as canceled where the work gave way to its token. Never called under a lock.</summary>
    public abstract void Fail(Exception exception);
}

internal abstract class WorkItem<TResult>(CancellationToken cancellationToken) : WorkItem(cancellationToken)
{
    // Continuations go to the thread pool: a worker's thread must not run user code between two tasks.
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Task => _completion.Task;

    /// <summary>The token as the caller knows it, for the exception that he sees.</summary>
    protected virtual CancellationToken Cause => CancellationToken;

    public sealed override void Cancel()
    {
        Watch.Unregister();
        _completion.TrySetCanceled(Cause);
        Settled();
    }

    public sealed override void Fail(Exception exception)
    {
        Watch.Unregister();
        if (exception is OperationCanceledException && CancellationToken.IsCancellationRequested)
            _completion.TrySetCanceled(Cause);
        else
            _completion.TrySetException(exception);
        Settled();
    }

    protected void Succeed(TResult result)
    {
        Watch.Unregister();
        _completion.TrySetResult(result);
        Settled();
    }

    public sealed override void LetGo()
    {
        Watch.Unregister();
        Settled();
    }

    /// <summary>Lets go of what the item held while it was on its way.</summary>
    protected virtual void Settled()
    {
    }
}
