using System.Diagnostics;

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
internal abstract class WorkItem(CancellationToken cancellationToken, bool isLone)
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

    /// <summary>How many workers died while they ran it. The worker's own that has it.</summary>
    public int Crashes;

    /// <summary>Ends the item's watch on its token.</summary>
    protected CancellationTokenRegistration Watch { get; private set; }

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>
    /// The only item of its pool when it was submitted, so somebody may well await it before he submits the next: its continuations may run on
    /// the thread that sees its end, which saves waking another one.
    /// </summary>
    public bool IsLone => isLone;

    /// <summary>Ends with the work.</summary>
    public abstract Task Completion { get; }

    /// <summary>Whether a lone item's continuations run on the thread that ends it now. Others end it too, who must not run them.</summary>
    public bool RunsContinuations { get; set; }

    /// <summary>Says of which activity it is a part, before it enters the pool; null: of none.</summary>
    public virtual void BePartOf(Activity? activity)
    {
    }

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

/// <param name="cancellationToken">Takes it back.</param>
/// <param name="isLone">Whether its continuations may run on the thread that ends it; see <see cref="WorkItem.IsLone"/>.</param>
internal abstract class WorkItem<TResult>(CancellationToken cancellationToken, bool isLone = false) : WorkItem(cancellationToken, isLone)
{
    // Continuations of others go to the thread pool: a worker's thread must not run user code between two tasks.
    private readonly TaskCompletionSource<TResult> _completion = new(isLone ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Task => _completion.Task;

    public sealed override Task Completion => _completion.Task;

    /// <summary>The token as the caller knows it, for the exception that he sees.</summary>
    protected virtual CancellationToken Cause => CancellationToken;

    public sealed override void Cancel() => End(static (item, _) => item._completion.TrySetCanceled(item.Cause), null);

    public sealed override void Fail(Exception exception) => End(static (item, exception) =>
    {
        if (exception is OperationCanceledException && item.CancellationToken.IsCancellationRequested)
            item._completion.TrySetCanceled(item.Cause);
        else
            item._completion.TrySetException((Exception)exception!);
    }, exception);

    protected void Succeed(TResult result)
    {
        if (IsLone && !RunsContinuations)
        {
            End(static (item, result) => item._completion.TrySetResult((TResult)result!), result);
            return;
        }

        Watch.Unregister();
        _completion.TrySetResult(result);
        Settled();
    }

    private void End(Action<WorkItem<TResult>, object?> end, object? with)
    {
        Watch.Unregister();
        if (IsLone && !RunsContinuations)
            OnThreadOfItsOwn(() => end(this, with));
        else
            end(this, with);
        Settled();
    }

    /// <summary>For those who must not run what awaits the task. The task has ended when this returns.</summary>
    private void OnThreadOfItsOwn(Action end)
    {
        try
        {
            new Thread(() => end()) { IsBackground = true, Name = "Tandem continuation" }.UnsafeStart();
            SpinWait.SpinUntil(() => Task.IsCompleted);
        }
        catch (OutOfMemoryException)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static end => ((Action)end!)(), end);
        }
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
