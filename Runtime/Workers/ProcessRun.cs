using System.Diagnostics;
using Tandem.Executors;
using Tandem.Observability;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>
/// The parent's side of a process that runs one call and ends: <see cref="WorkerProcess"/> without its types. It is told of the process one
/// thing at a time, and settles the call when the process is gone.
/// </summary>
internal abstract class ProcessRun : IWorkerListener
{
    private const long CallId = 1;

    private static int s_lastNumber;

    private readonly WorkerTexts _texts;
    private readonly Request _request;
    private readonly WorkerLaunch _launch;
    private readonly bool _isBackground;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TraceContext? _trace = TraceContext.Of(Activity.Current);
    private WorkerLink? _link;

    /// <summary>Null while it runs. Written once, before anything that tells of the end.</summary>
    private volatile object? _status;

    /// <summary>We have told it to end, so its end is no failure.</summary>
    private volatile bool _isToEnd;

    // The link's thread's own: how far it came, and what of it failed.
    private bool _ready, _completed;
    private Exception? _failure;

    protected ProcessRun(in Request request, WorkerProcessOptions options, WorkerSurroundings surroundings)
    {
        _request = request;
        _isBackground = options.IsBackground;
        var name = options.Name ?? $"{nameof(WorkerProcess)}-{Interlocked.Increment(ref s_lastNumber)}";
        _launch = new WorkerLaunch(options.Command, name, surroundings);
        _texts = new WorkerTexts(surroundings, name);
    }

    public string Name => _launch.Name;

    public int ProcessId => _link!.ProcessId;

    public bool HasEnded => _status is not null;

    public int? ExitCode => _status is ExitStatus status ? status.ExitCode ?? (status.Signal is { } signal ? Signals.ExitCodeBase + signal : -1) : null;

    public string? Signal => _status is ExitStatus status ? status.SignalName : null;

    /// <summary>Ends when the process has, well in any case, and after <see cref="Completion"/>.</summary>
    public Task Ended => _ended.Task;

    public abstract Task Completion { get; }

    /// <summary>The call, which no pool has.</summary>
    protected abstract WorkItem Item { get; }

    private IProcessWork Call => (IProcessWork)Item;

    private string Description => $"worker process '{Name}' (pid {ProcessId})";

    /// <summary>Starts the process. Returns when there is one.</summary>
    /// <exception cref="WorkerStartException">There can't be one.</exception>
    public void Start()
    {
        // Before there is a process: a cancellation that comes in between is passed on below.
        Item.WatchToken(static run => ((ProcessRun)run).PassCancellation(), this);
        var launch = new TaskCompletionSource();
        Launcher.Post(() =>
        {
            try
            {
                Launch();
                launch.SetResult();
            }
            catch (Exception exception)
            {
                launch.SetException(_launch.CannotStart(exception));
            }
        });
        try
        {
            launch.Task.GetAwaiter().GetResult();
        }
        catch
        {
            Item.LetGo();
            throw;
        }

        PassCancellation();
    }

    public bool Join(TimeSpan timeout)
    {
        var isReceiver = _launch.Surroundings.IsReceiverWaiting();
        if (!Ended.Wait(timeout))
            return false;
        if (!isReceiver)
            _launch.Surroundings.Flush();
        return true;
    }

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        var isReceiver = _launch.Surroundings.IsReceiverWaiting();
        await Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!isReceiver)
            await _launch.Surroundings.FlushAsync().ConfigureAwait(false);
    }

    public void Terminate()
    {
        _isToEnd = true;
        if (_link!.TryTerminate())
            return;
        if (Call.TakesToken)
            _link.SendCancellation(Cancellation.All(CallId));
        else
            _link.Kill();
    }

    public void Kill()
    {
        _isToEnd = true;
        _link!.Kill();
    }

    public void Received(FrameKind kind, ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        switch (kind)
        {
            case FrameKind.Ready when !_ready:
                _ready = true;
                Telemetry.WorkerStarted(nameof(WorkerProcess));
                break;
            case FrameKind.InitializerFailed when !_ready:
                var cause = RemoteError.Read(ref reader, Description);
                _failure = new WorkerStartException($"The start of {Description} failed: {cause.Message}", cause);
                break;
            case FrameKind.Completed when IsAnswer(ref reader):
                _completed = Call.ReadResult(reader.ReadRest(), Description, ProcessId);

                // It waits for this: what the result refers to lies in its memory.
                _link!.CloseInput();
                break;
            case FrameKind.Failed when IsAnswer(ref reader):
                _failure = RemoteError.Read(ref reader, Description);
                _link!.CloseInput();
                break;
            default:
                throw new InvalidDataException($"{Description} sent a message of kind {(int)kind}, which makes no sense here.");
        }
    }

    public int ReceivedAll() => 1;

    public bool TakesText(WorkerStream stream, Action whenItDoes) => _texts.Takes(stream, whenItDoes);

    public void Wrote(WorkerStream stream, ReadOnlySpan<byte> text) => _texts.Write(stream, _link!.ProcessId, text);

    public void Exited(ExitStatus status, Exception? damage)
    {
        _texts.End();
        _status = status;
        Settle(status, damage);

        // Whoever does not ask has read the exit code and the trace; this is no exception that nobody saw.
        _ = Completion.Exception;
        ForegroundRuns.Remove(this);
        _ended.SetResult();
    }

    private bool IsAnswer(ref WireReader reader) => _ready && !_completed && _failure is null && reader.ReadInt64() == CallId;

    private void Launch()
    {
        var link = WorkerLink.Start(_launch, this);
        Volatile.Write(ref _link, link);
        try
        {
            link.Send(callId: 0, Frame.Initialize(isKeptReady: false, _launch.Surroundings.Serializer, initializer: null), default);
            if (_trace is not null)
                link.Send(callId: 0, _trace.Frame(), default);
            link.Send(callId: 0, CallHead(), _request.Body);
            link.Flush();

            // Before its end can be told.
            if (!_isBackground)
                ForegroundRuns.Add(this);
            link.Open();
        }
        catch
        {
            ForegroundRuns.Remove(this);
            link.Kill();
            throw;
        }
    }

    private ReadOnlySpan<byte> CallHead()
    {
        var head = new WireWriter();
        head.WriteInt32(0);
        head.WriteByte((byte)FrameKind.Run);
        head.WriteInt64(CallId);
        var definition = head.BeginBlock();
        head.WriteBytes(_request.Work.Definition.Span);
        head.EndBlock(definition);
        head.SetInt32(0, checked(head.Written.Length - Frame.HeaderLength + _request.Body.Length));
        return head.Written.Span;
    }

    private void PassCancellation()
    {
        if (Call.CanceledTokens is not 0 and var canceled)
            Volatile.Read(ref _link)?.SendCancellation(new Cancellation(CallId, canceled));
    }

    private void Settle(ExitStatus status, Exception? damage)
    {
        if (_completed && damage is null)
            Call.Complete();
        else if (_isToEnd && _failure is null or OperationCanceledException)
            Item.Cancel();
        else if (_failure is not null)
            Item.Fail(_failure);
        else if (damage is null && status.ExitCode == 0 && _ready && this is ProcessRun<Nothing>)
            Call.Complete();
        else
            Item.Fail(_ready ? Crash(status, damage) : StartFailure(status, damage));
    }

    private WorkerStartException StartFailure(ExitStatus status, Exception? damage) =>
        new($"Worker process '{Name}', started by '{_launch.Command}', {How(status, damage)} before it was ready{_texts.ErrorTail.Quote()}");

    private WorkerCrashedException Crash(ExitStatus status, Exception? damage)
    {
        Telemetry.WorkerCrashed(nameof(WorkerProcess));
        return new($"Worker process '{Name}' (pid {ProcessId}) {How(status, damage)} while it ran {_request.Work.Name}{_texts.ErrorTail.Quote()}")
        {
            Work = _request.Work.Name,
            WorkerName = Name,
            ProcessId = ProcessId,
            ExitCode = status.ExitCode,
            Signal = status.SignalName,
            StandardError = _texts.ErrorTail.Text,
        };
    }

    private static string How(ExitStatus status, Exception? damage) =>
        damage is null ? status.ToString() : $"broke the protocol and was ended: {damage.Message}";
}

/// <inheritdoc/>
internal sealed class ProcessRun<TResult> : ProcessRun
{
    private readonly ProcessCall<TResult> _call;

    public ProcessRun(in Request request, WorkerProcessOptions options, WorkerSurroundings surroundings)
        : base(request, options, surroundings)
    {
        var tokens = request.Tokens is null ? null : new CallTokens(CancellationToken.None, request.Tokens);
        _call = new ProcessCall<TResult>(request, tokens, tokens?.Any ?? CancellationToken.None);
    }

    public Task<TResult> Outcome => _call.Task;

    public override Task Completion => _call.Task;

    protected override WorkItem Item => _call;
}
