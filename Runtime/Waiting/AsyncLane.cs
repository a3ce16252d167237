namespace Tandem.Waiting;

/// <summary>
/// Lets any number of asynchronous callers wait for what only a blocked thread can wait for (a futex): one thread makes their blocking
/// calls, one after the other, in the order in which they came. It ends when nobody has come for a while.
/// </summary>
internal sealed class AsyncLane<TResult>
{
    /// <summary>How long the thread waits for the next caller. Long enough that a consumer which awaits item after item does not start one for each.</summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    /// <summary>Guards the fields below.</summary>
    private readonly Lock _gate = new();

    /// <summary>Who waits for the thread. A caller whose blocking call is being made is in it no more; its token ends that call.</summary>
    private readonly WaitLine<Call, TResult> _callers;

    /// <summary>Set for the thread when somebody has come. Made with the first thread: most lanes never have one.</summary>
    private AutoResetEvent? _arrival;

    /// <summary>Whether the thread is there.</summary>
    private bool _isServed;

    /// <summary>How many calls are not finished.</summary>
    private int _pending;

    /// <summary>Starts the thread.</summary>
    private readonly Action<ThreadStart> _start;

    public AsyncLane()
        : this(static body => new Thread(body) { IsBackground = true, Name = "Tandem async waits" }.UnsafeStart())
    {
    }

    /// <summary>For tests: a thread that is started in another way, or not at all.</summary>
    internal AsyncLane(Action<ThreadStart> start)
    {
        _start = start;
        _callers = new(_gate);
    }

    /// <summary>Whether somebody waits; who comes now should not overtake.</summary>
    public bool IsBusy => Volatile.Read(ref _pending) != 0;

    /// <summary>Makes the blocking call on the lane's thread.</summary>
    /// <param name="wait">Blocks; ends with an <see cref="OperationCanceledException"/> when the token it is given is cancelled.</param>
    /// <param name="cancellationToken">Ends the wait, also while others are served first.</param>
    public async ValueTask<TResult> Run(Func<CancellationToken, TResult> wait, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _pending);
        try
        {
            return await Enqueue(wait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    private ValueTask<TResult> Enqueue(Func<CancellationToken, TResult> wait, CancellationToken cancellationToken)
    {
        var call = new Call(wait, cancellationToken);
        lock (_gate)
        {
            _arrival ??= new(false);
            if (!_isServed)
            {
                // First of all: where no more threads can be had, this caller is told, and the next one tries again.
                _start(Serve);
                _isServed = true;
            }

            _callers.EnqueueHeld(call);
        }

        _arrival.Set();
        return _callers.WaitAsync(call, cancellationToken);
    }

    private void Serve()
    {
        var hasLingered = false;
        while (true)
        {
            Call? call;
            lock (_gate)
            {
                call = _callers.DequeueHeld();
                if (call is null && hasLingered)
                {
                    _isServed = false;
                    return;
                }
            }

            if (call is null)
            {
                hasLingered = !_arrival!.WaitOne(s_linger);
                continue;
            }

            hasLingered = false;
            call.Make();
        }
    }

    private sealed class Call(Func<CancellationToken, TResult> wait, CancellationToken cancellationToken) : Waiter<TResult>
    {
        public void Make()
        {
            try
            {
                SetResult(wait(cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                SetCanceled(cancellationToken);
            }
            catch (Exception error)
            {
                // Disposed, damaged, or what else the blocking call says to its caller.
                SetException(error);
            }
        }
    }
}
