using System.Diagnostics;
using System.Runtime.InteropServices;
using Tandem.Executors;
using Tandem.Observability;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>
/// The parent's side of one worker process of a pool: gives it calls, which it takes one after the other, and settles each call exactly once,
/// by its result, by its cancellation or by the worker's death.
/// </summary>
internal sealed class ProcessWorker(WorkerPool pool, string name, WorkerSettings settings) : PoolWorker, IWorkerListener, IDisposable
{
    /// <summary>How long an idle worker may take to leave, finalizers and exit handlers included.</summary>
    private static readonly TimeSpan s_leavePeriod = TimeSpan.FromSeconds(5);

    /// <summary>A worker gets so many calls ahead as it has lately run in this time, so that those who come later wait no longer for it.</summary>
    private static readonly long s_aheadTicks = Stopwatch.Frequency / 2000;

    /// <summary>For <see cref="_deadlineCall"/>: it is to leave.</summary>
    private const long NoCall = 0;

    /// <summary>Guards all of the following. Frames are sent under it, so that a call and its cancellation keep their order.</summary>
    private readonly Lock _gate = new();
    private readonly HashSet<int> _knownWork = [];
    private readonly CallsInHand _inHand = new();
    private readonly WireWriter _head = new();
    private readonly WorkerTexts _texts = new(settings.Surroundings, name);
    private WorkerLink? _link;

    /// <summary>The last call of which the worker said that it has begun, where it says so.</summary>
    private long _begunId;

    /// <summary>We have ended it ourselves: nothing more is sent, and the call that it ran counts as canceled.</summary>
    private bool _killed;

    /// <summary>We have told it to leave.</summary>
    private bool _isToLeave;
    private bool _ended;

    /// <summary>How many calls have ended of which the pool was not told, as the worker is to have no others.</summary>
    private int _endedUntold;

    /// <summary>How many are asking the pool for calls that are not in hand yet, and whether the pool has asked for some back meanwhile.</summary>
    private int _asking;
    private bool _isToShare;

    /// <summary>Kills a worker that does not end its canceled call, or does not leave, in time.</summary>
    private Timer? _deadline;
    private long _deadlineCall;

    /// <summary>How many calls it is to have in hand, and when it last told of any or got the first.</summary>
    private int _window = 1;
    private long _lastTold;

    // The link's thread's own: the calls that have ended and whose tasks are not told yet, and whether the worker ever was ready.
    private readonly List<(IProcessWork Call, Exception? Error)> _endedCalls = [];

    /// <summary>A call that has ended, but whose result went with the worker before it was fetched.</summary>
    private IProcessWork? _lostResult;

    /// <summary>The lone call among them; its end is told last, since that runs user code.</summary>
    private (IProcessWork? Call, Exception? Error) _lone;
    private bool _ready;
    private WorkerStartException? _startFailure;

    public override void Start() => Launcher.Post(Launch);

    public override void Assign(WorkItem item)
    {
        Volatile.Write(ref _lastTold, Stopwatch.GetTimestamp());
        Send([item]);
    }

    public override void CancelRunning(WorkItem item)
    {
        var call = (IProcessWork)item;
        List<WorkItem> others = [];
        var withdrawn = false;
        lock (_gate)
        {
            if (_ended || !_inHand.Contains(call))
                return;
            if (_link!.TryWithdraw(call.CallId))
            {
                _inHand.Remove(call);
                withdrawn = true;
            }
            else if (!call.TakesToken || settings.CancellationGracePeriod == TimeSpan.Zero)
            {
                KillForLocked(call, others);
            }
            else
            {
                _link.SendCancellation(new Cancellation(call.CallId, call.CanceledTokens));
                KillAfterLocked(settings.CancellationGracePeriod, call.CallId);
            }
        }

        GiveBack(others);
        if (withdrawn)
        {
            item.Cancel();
            Refill(ended: 1);
        }
    }

    public override void Share()
    {
        List<WorkItem> given = [];
        lock (_gate)
        {
            _isToShare = _asking > 0;
            if (_ended || _killed)
                return;

            // One that has just told of calls is quick, so half will do. The newest: it is about to begin the others.
            var isQuick = Stopwatch.GetTimestamp() - Volatile.Read(ref _lastTold) < 2 * s_aheadTicks;
            WithdrawLocked(_inHand.Oldest, isQuick ? _inHand.Count / 2 : int.MaxValue, given);
        }

        GiveBack(given);
    }

    public override void Leave()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _isToLeave = true;
            _link!.CloseInput();
            KillAfterLocked(s_leavePeriod, NoCall);
        }
    }

    // Its initializer gets as long to end as an idle worker has to leave. A worker that has been given a call after all is left alone.
    public override void StartInVain()
    {
        lock (_gate)
        {
            if (!_ended && _deadline is null && _inHand.Next == 1)
                KillAfterLocked(s_leavePeriod, NoCall);
        }
    }

    public override void Kill()
    {
        lock (_gate)
            KillLocked();
    }

    public void Received(FrameKind kind, ReadOnlySpan<byte> body)
    {
        Telemetry.Received(body.Length);
        var reader = new WireReader(body);
        switch (kind)
        {
            case FrameKind.Ready when !_ready:
                _ready = true;
                Volatile.Write(ref _lastTold, Stopwatch.GetTimestamp());
                Refill(ended: 0);
                break;
            case FrameKind.InitializerFailed when !_ready:
                var cause = RemoteError.Read(ref reader, Description);
                _startFailure = new WorkerStartException($"The {(settings.Initializer is { } initializer ? $"initializer of {Description}, {initializer.Name}," : $"start of {Description}")} failed: {cause.Message}", cause);
                break;
            case FrameKind.Began:
                lock (_gate)
                    _begunId = CheckCallLocked(reader.ReadInt64()).CallId;
                break;
            case FrameKind.Completed:
                // Before the worker is free, and may be told to leave.
                var completed = Finish(reader.ReadInt64());
                if (completed.ReadResult(reader.ReadRest(), Description, _link!.ProcessId))
                    _endedCalls.Add((completed, null));
                else
                    _lostResult = completed;
                break;
            case FrameKind.Failed:
                var failed = Finish(reader.ReadInt64());
                _endedCalls.Add((failed, RemoteError.Read(ref reader, Description)));
                break;
            default:
                throw new InvalidDataException($"{Description} sent a message of kind {(int)kind}, which makes no sense here.");
        }
    }

    public int ReceivedAll()
    {
        if (_endedCalls.Count > 0)
        {
            Adapt(_endedCalls.Count);
            if (settings.MaxWorkerMemory is { } most && ProcessMemory.ResidentBytes(_link!.ProcessId) > most)
                IsSpent = true;

            var lone = _endedCalls.FindIndex(static ended => ((WorkItem)ended.Call).IsLone);
            if (lone >= 0)
                pool.LoneItems.End((WorkItem)_endedCalls[lone].Call);

            // Before anybody is told: whoever awaits a call then finds the worker free.
            Refill(_endedCalls.Count);
            for (var i = 0; i < _endedCalls.Count; i++)
            {
                if (i == lone)
                    _lone = _endedCalls[i];
                else
                    Settle(_endedCalls[i].Call, _endedCalls[i].Error);
            }

            _endedCalls.Clear();
        }

        lock (_gate)
            return Math.Max(1, _inHand.Count / 2);
    }

    public bool ExpectsFrames
    {
        get
        {
            lock (_gate)
                return _inHand.Count > 0;
        }
    }

    public Action? TakeUserCode()
    {
        var (call, error) = _lone;
        _lone = default;
        return call is null ? null : () =>
        {
            var item = (WorkItem)call;
            item.RunsContinuations = true;
            var since = Stopwatch.GetTimestamp();
            Settle(call, error);
            pool.LoneItems.Ended(item, Stopwatch.GetTimestamp() - since);
        };
    }

    public bool TakesText(WorkerStream stream, Action whenItDoes) => _texts.Takes(stream, whenItDoes);

    public void Wrote(WorkerStream stream, ReadOnlySpan<byte> text) => _texts.Write(stream, _link!.ProcessId, text);

    public void Exited(ExitStatus status, Exception? damage)
    {
        _texts.End();
        List<IProcessWork> begun = [];
        List<WorkItem> notBegun = [];
        WorkerCrashedException? lost;
        bool isCrash;
        int settled;
        lock (_gate)
        {
            _ended = true;
            isCrash = !_killed && !_isToLeave;
            _deadline?.Dispose();
            _deadline = null;
            var hasBegun = _lostResult is not null;
            if (_lostResult is not null)
                AddLocked(_lostResult, isBegun: true);
            for (var id = _inHand.Oldest; id < _inHand.Next; id++)
            {
                if (_inHand[id] is not { } call)
                    continue;
                var isBegun = id == _begunId || _link!.HasBegun(id);
                hasBegun |= isBegun;
                AddLocked(call, isBegun);
            }

            settled = begun.Count + _endedCalls.Count + _endedUntold;

            lost = hasBegun || _killed || notBegun.Count == 0 ? null
                : Crash((IProcessWork)notBegun[0], status, damage, $"like {WorkerPool.MaxLostWorkers - 1} workers before it, before it could begin");
            if (!_ready && !_killed)
                _startFailure ??= StartFailure(status);
        }

        if (isCrash)
            Telemetry.WorkerCrashed(pool.Label);
        foreach (var (call, error) in _endedCalls)
            Settle(call, error);
        foreach (var call in begun)
        {
            if (_killed)
                ((WorkItem)call).Cancel();
            else
                ((WorkItem)call).Fail(Crash(call, status, damage, "while it ran"));
        }

        pool.Ended(this, CollectionsMarshal.AsSpan(notBegun), settled, _startFailure, lost);

        void AddLocked(IProcessWork call, bool isBegun)
        {
            if (isBegun && !MayRunAgainLocked(call))
                begun.Add(call);
            else
                notBegun.Add((WorkItem)call);
        }
    }

    public void Dispose() => _deadline?.Dispose();

    private string Description => field ??= $"worker '{name}' (pid {_link!.ProcessId})";

    private void Launch()
    {
        WorkerLaunch? launch = null;
        try
        {
            launch = new WorkerLaunch(settings.Command, name, settings.Surroundings);
            _link = WorkerLink.Start(launch, this);
            lock (_gate)
            {
                _link.Send(NoCall, Frame.Initialize(IsKeptReady, settings.Surroundings.Serializer, settings.Initializer), default);
                _link.Flush();
                if (_killed)
                    _link.Kill();
            }

            _link.Open();
        }
        catch (Exception exception)
        {
            // Whatever it was, it must not end the thread that starts all workers, and whoever waits for this one is told.
            _link?.Kill();
            pool.Ended(this, [], begun: 0, launch?.CannotStart(exception) ?? (WorkerStartException)exception);
        }
    }

    /// <summary>Chooses how many calls it is to have in hand, by how long the last ones took.</summary>
    private void Adapt(int ended)
    {
        var now = Stopwatch.GetTimestamp();
        var ticks = now - Volatile.Read(ref _lastTold);
        Volatile.Write(ref _lastTold, now);
        _window = (int)Math.Clamp(s_aheadTicks * ended / Math.Max(1, ticks), 1, Math.Min(2 * _window, _link!.MaxAhead));
    }

    /// <summary>Tells the pool that calls have ended, and sends what it gives instead.</summary>
    private void Refill(int ended)
    {
        lock (_gate)
        {
            // A kill came too late for these calls; it must not hit others.
            if (_killed && !_ended)
            {
                _endedUntold += ended;
                return;
            }

            _asking++;
        }

        var next = new List<WorkItem>();
        if (pool.Ready(this, ended, Volatile.Read(ref _window), next))
            Leave();
        Send(CollectionsMarshal.AsSpan(next));
        bool isToShare;
        lock (_gate)
            isToShare = (--_asking == 0) & _isToShare;
        if (isToShare)
            Share();
    }

    /// <summary>Lets the pool have calls that were taken back.</summary>
    private void GiveBack(List<WorkItem> calls)
    {
        bool goesOn;
        lock (_gate)
            goesOn = !_ended && !_killed;
        if (pool.GiveBack(this, CollectionsMarshal.AsSpan(calls), goesOn))
            Leave();
    }

    /// <summary>Sends calls. Those that were canceled on the way here are settled, and others are asked for; those that cannot be sent go back.</summary>
    private void Send(ReadOnlySpan<WorkItem> items)
    {
        var sent = 0;
        List<WorkItem> canceled = [];
        bool goesOn;
        lock (_gate)
        {
            for (; sent < items.Length && !_ended && !_killed && _inHand.Room > 0; sent++)
            {
                if (items[sent].CancellationToken.IsCancellationRequested)
                    canceled.Add(items[sent]);
                else
                    SendLocked((IProcessWork)items[sent]);
            }

            if (sent > 0)
                _link!.Flush();
            goesOn = !_ended && !_killed;
        }

        if (pool.GiveBack(this, items[sent..], goesOn))
            Leave();
        if (canceled.Count == 0)
            return;
        foreach (var item in canceled)
            item.Cancel();
        Refill(canceled.Count);
    }

    private void SendLocked(IProcessWork call)
    {
        _inHand.Add(call);
        if (call.Trace is { } trace)
            _link!.Send(NoCall, trace.Frame(), default);
        _head.Clear();
        _head.WriteInt32(0);
        _head.WriteByte((byte)FrameKind.Call);
        _head.WriteInt64(call.CallId);
        _head.WriteInt32(call.Work.Id);
        var definition = _head.BeginBlock();
        if (_knownWork.Add(call.Work.Id))
            _head.WriteBytes(call.Work.Definition.Span);
        _head.EndBlock(definition);
        _head.SetInt32(0, checked(_head.Written.Length - Frame.HeaderLength + call.Request.Length));
        _link!.Send(call.CallId, _head.Written.Span, call.Request);
    }

    private IProcessWork CheckCallLocked(long callId) =>
        _inHand.Count > 0 && callId == _inHand.Oldest ? _inHand[callId]!
            : throw new InvalidDataException($"{Description} answered a call that it was not given.");

    /// <summary>Takes the call that has ended off the worker.</summary>
    private IProcessWork Finish(long callId)
    {
        lock (_gate)
        {
            var call = CheckCallLocked(callId);
            _inHand.Remove(call);
            if (_deadlineCall == callId)
            {
                _deadline?.Dispose();
                _deadline = null;
            }

            return call;
        }
    }

    private static void Settle(IProcessWork call, Exception? error)
    {
        if (error is null)
            call.Complete();
        else
            ((WorkItem)call).Fail(error);
    }

    /// <summary>Takes back calls that the worker has not begun and that come after the given one, the newest first; adds them in their order.</summary>
    private void WithdrawLocked(long after, int most, List<WorkItem> withdrawn)
    {
        for (var id = _inHand.Next - 1; id > after && withdrawn.Count < most; id--)
        {
            if (_inHand[id] is not { } call)
                continue;

            // It begins them in their order, so it has begun those before this one too.
            if (!_link!.TryWithdraw(id))
                break;
            _inHand.Remove(call);
            withdrawn.Add((WorkItem)call);
        }

        withdrawn.Reverse();
    }

    private void KillLocked()
    {
        _killed = true;
        _link?.Kill();
    }

    /// <summary>Kills the worker because of one call, and takes the later ones back before: the kill must not hit them.</summary>
    private void KillForLocked(IProcessWork call, List<WorkItem> others)
    {
        var callId = call.CallId;
        WithdrawLocked(callId, int.MaxValue, others);
        for (var id = callId + 1; id < _inHand.Next; id++)
        {
            // Begun, so the call has ended by itself, and its result is on its way.
            if (_inHand[id] is not null)
                return;
        }

        KillLocked();
    }

    private void KillAfterLocked(TimeSpan period, long callId)
    {
        _deadline?.Dispose();
        _deadlineCall = callId;
        _deadline = new Timer(static state =>
        {
            var (worker, callId, next) = ((ProcessWorker, long, long))state!;
            worker.KillAtDeadline(callId, next);
        }, (this, callId, _inHand.Next), period, Timeout.InfiniteTimeSpan);
    }

    private void KillAtDeadline(long callId, long next)
    {
        List<WorkItem> others = [];
        lock (_gate)
        {
            if (_ended || _deadline is null || _deadlineCall != callId)
                return;
            if (callId != NoCall)
                KillForLocked(_inHand[callId]!, others);
            else if (_inHand.Next == next)
                KillLocked();
        }

        GiveBack(others);
    }

    private bool MayRunAgainLocked(IProcessWork call) => !_killed && call.Work.IsIdempotent && ((WorkItem)call).Crashes++ < settings.MaxRetries;

    private WorkerStartException StartFailure(ExitStatus status) =>
        new($"Worker '{name}', started by '{settings.Command}', {status} before it was ready{_texts.ErrorTail.Quote()}");

    private WorkerCrashedException Crash(IProcessWork work, ExitStatus status, Exception? damage, string when)
    {
        var how = damage is null ? status.ToString() : $"broke the protocol and was ended: {damage.Message}";
        return new WorkerCrashedException($"Worker '{name}' (pid {_link!.ProcessId}) {how} {when} {work.Work.Name}{_texts.ErrorTail.Quote()}")
        {
            Work = work.Work.Name,
            WorkerName = name,
            ProcessId = _link.ProcessId,
            ExitCode = status.ExitCode,
            Signal = status.SignalName,
            StandardError = _texts.ErrorTail.Text,
        };
    }
}
