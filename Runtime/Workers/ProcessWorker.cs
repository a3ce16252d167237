using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>What all worker processes of one executor have in common.</summary>
internal sealed record WorkerSettings(WorkReference? Initializer, TimeSpan CancellationGracePeriod)
{
    private readonly WorkerCommand? _command;

    /// <summary>How they are started; this application's own command unless told otherwise.</summary>
    public WorkerCommand Command
    {
        get => _command ?? WorkerCommand.Current;
        init => _command = value;
    }
}

/// <summary>
/// The parent's side of one worker process of a pool: gives it one call at a time, and settles each call exactly once, by its result, by its
/// cancellation or by the worker's death.
/// </summary>
internal sealed class ProcessWorker(WorkerPool pool, string name, WorkerSettings settings) : PoolWorker, IWorkerListener, IDisposable
{
    /// <summary>How long an idle worker may take to leave, finalizers and exit handlers included.</summary>
    private static readonly TimeSpan s_leavePeriod = TimeSpan.FromSeconds(5);

    /// <summary>Guards all of the following. Frames are sent under it, so that a call and its cancellation keep their order.</summary>
    private readonly Lock _gate = new();
    private readonly HashSet<int> _knownWork = [];
    private readonly ErrorTail _errorTail = new();
    private WorkerLink? _link;
    private IProcessWork? _current;
    private long _callId;

    /// <summary>The worker has taken the current call, so it must not run again elsewhere.</summary>
    private bool _began;

    /// <summary>We have ended it ourselves: nothing more is sent, and the call that it ran counts as canceled.</summary>
    private bool _killed;
    private bool _ready;
    private bool _ended;

    /// <summary>Kills a worker that does not end its canceled call, or does not leave, in time.</summary>
    private Timer? _deadline;
    private WorkerStartException? _startFailure;

    public override void Start() => Launcher.Post(Launch);

    public override void Assign(WorkItem item) => Run(item);

    public override void CancelRunning(WorkItem item)
    {
        lock (_gate)
        {
            if (_current != item || _ended)
                return;
            if (!_current.TakesToken || settings.CancellationGracePeriod == TimeSpan.Zero)
            {
                KillLocked();
                return;
            }

            _link!.SendCancellation(new Cancellation(_callId, _current.CanceledTokens));
            KillAfterLocked(settings.CancellationGracePeriod);
        }
    }

    public override void Leave()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _link!.CloseInput();
            KillAfterLocked(s_leavePeriod);
        }
    }

    // Its initializer gets as long to end as an idle worker has to leave. A worker that has been given a call after all is left alone.
    public override void StartInVain()
    {
        lock (_gate)
        {
            if (!_ended && _deadline is null && _callId == 0)
                KillAfterLocked(s_leavePeriod);
        }
    }

    public override void Kill()
    {
        lock (_gate)
            KillLocked();
    }

    public void Received(FrameKind kind, ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        switch (kind)
        {
            case FrameKind.Ready when !_ready:
                _ready = true;
                Run(Next());
                break;
            case FrameKind.InitializerFailed when !_ready:
                var cause = RemoteError.Read(ref reader, Description);
                _startFailure = new WorkerStartException($"The initializer of {Description}, {settings.Initializer?.Name}, failed: {cause.Message}", cause);
                break;
            case FrameKind.Began:
                CheckCall(reader.ReadInt64());
                lock (_gate)
                    _began = true;
                break;
            case FrameKind.Completed:
                // Before the worker is free, and may be told to leave.
                CheckCall(reader.ReadInt64()).ReadResult(reader.ReadRest(), Description);
                Finish().Complete();
                break;
            case FrameKind.Failed:
                CheckCall(reader.ReadInt64());
                var exception = RemoteError.Read(ref reader, Description);
                ((WorkItem)Finish()).Fail(exception);
                break;
            default:
                throw new InvalidDataException($"{Description} sent a message of kind {(int)kind}, which makes no sense here.");
        }
    }

    public bool TakesStandardError(Action whenItDoes) => _errorTail.HasRoom(whenItDoes);

    public void WroteToStandardError(ReadOnlySpan<byte> text) => _errorTail.Forward(text);

    public void Exited(ExitStatus status, Exception? damage)
    {
        _errorTail.End();
        WorkItem? begun;
        WorkerCrashedException? lost;
        lock (_gate)
        {
            _ended = true;
            _deadline?.Dispose();
            begun = _began ? (WorkItem?)_current : null;
            lost = _began || _killed || _current is null ? null : Crash(_current, status, damage, $"like {WorkerPool.MaxLostWorkers - 1} workers before it, before it could begin");
            if (!_ready && !_killed)
                _startFailure ??= StartFailure(status);
        }

        if (begun is not null && _killed)
            begun.Cancel();
        else
            begun?.Fail(Crash((IProcessWork)begun, status, damage, "while it ran"));
        pool.Ended(this, began: begun is not null, _startFailure, lost);
    }

    public void Dispose() => _deadline?.Dispose();

    private string Description => $"worker '{name}' (pid {_link?.ProcessId})";

    private void Launch()
    {
        try
        {
            _link = WorkerLink.Start(settings.Command, name, this);
            lock (_gate)
            {
                var initializer = settings.Initializer?.Definition ?? default;
                _link.Send(Header(FrameKind.Initialize, default, initializer.Length), initializer);
                if (_killed)
                    _link.Kill();
            }

            _link.Open();
        }
        catch (Exception exception)
        {
            // Whatever it was, it must not end the thread that starts all workers, and whoever waits for this one is told.
            _link?.Kill();
            pool.Ended(this, began: false, exception as WorkerStartException ?? WorkerLink.CannotStart(settings.Command, name, exception));
        }
    }

    /// <summary>Asks the pool for the next call; null: there is none for now, or the worker is to leave.</summary>
    private WorkItem? Next()
    {
        var next = pool.Ready(this, out var leaves);
        if (leaves)
            Leave();
        return next;
    }

    /// <summary>Sends a call; those that were canceled on the way here are settled, and the next is asked for.</summary>
    private void Run(WorkItem? item)
    {
        while (item is not null && !TrySend(item))
        {
            var canceled = item;
            item = Next();
            canceled.Cancel();
        }
    }

    private bool TrySend(WorkItem item)
    {
        lock (_gate)
        {
            // The pool takes the item back when it learns of the end.
            if (_ended || _killed)
                return true;
            if (item.CancellationToken.IsCancellationRequested)
                return false;

            var call = (IProcessWork)item;
            _current = call;
            _began = false;
            var prefix = new WireWriter();
            prefix.WriteInt64(++_callId);
            prefix.WriteInt32(call.Work.Id);
            var definition = prefix.BeginBlock();
            if (_knownWork.Add(call.Work.Id))
                prefix.WriteBytes(call.Work.Definition.Span);
            prefix.EndBlock(definition);
            _link!.Send(Header(FrameKind.Call, prefix.Written, call.Request.Length), call.Request);
            return true;
        }
    }

    private static byte[] Header(FrameKind kind, ReadOnlyMemory<byte> prefix, int restLength)
    {
        var header = new byte[Frame.HeaderLength + prefix.Length];
        Frame.WriteHeader(header, kind, checked(prefix.Length + restLength));
        prefix.CopyTo(header.AsMemory(Frame.HeaderLength));
        return header;
    }

    private IProcessWork CheckCall(long callId)
    {
        lock (_gate)
        {
            return _current is not null && callId == _callId
                ? _current
                : throw new InvalidDataException($"{Description} answered a call that it was not given.");
        }
    }

    /// <summary>Takes the call that has ended off the worker and gives it the next one, before anybody is told: whoever awaits the call then finds the worker free.</summary>
    private IProcessWork Finish()
    {
        IProcessWork ended;
        bool killed;
        lock (_gate)
        {
            ended = _current!;
            _current = null;
            _began = false;
            _deadline?.Dispose();
            _deadline = null;
            killed = _killed;
        }

        // The kill came too late for this call; it must not hit the next one.
        if (!killed)
            Run(Next());
        return ended;
    }

    private void KillLocked()
    {
        _killed = true;
        _link?.Kill();
    }

    private void KillAfterLocked(TimeSpan period)
    {
        _deadline?.Dispose();
        _deadline = new Timer(static state =>
        {
            var (worker, callId) = ((ProcessWorker, long))state!;
            lock (worker._gate)
            {
                if (worker._callId == callId && worker._deadline is not null && !worker._ended)
                    worker.KillLocked();
            }
        }, (this, _callId), period, Timeout.InfiniteTimeSpan);
    }

    private WorkerStartException StartFailure(ExitStatus status) =>
        new($"Worker '{name}', started by '{settings.Command}', {status} before it was ready{_errorTail.Quote()}");

    private WorkerCrashedException Crash(IProcessWork work, ExitStatus status, Exception? damage, string when)
    {
        var how = damage is null ? status.ToString() : $"broke the protocol and was ended: {damage.Message}";
        return new WorkerCrashedException($"Worker '{name}' (pid {_link!.ProcessId}) {how} {when} {work.Work.Name}{_errorTail.Quote()}")
        {
            Work = work.Work.Name,
            WorkerName = name,
            ProcessId = _link.ProcessId,
            ExitCode = status.ExitCode,
            Signal = status.SignalName,
            StandardError = _errorTail.Text,
        };
    }
}
