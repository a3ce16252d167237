using System.Diagnostics;
using Tandem.Executors;
using Tandem.Observability;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>A call that runs in a worker process: what goes there, and what to make of what comes back.</summary>
internal interface IProcessWork
{
    WorkReference Work { get; }

    /// <summary>Its id at the worker that it was sent to last. That worker's own.</summary>
    long CallId { get; set; }

    /// <summary>The part of the call frame that is the same for every worker.</summary>
    ReadOnlyMemory<byte> Request { get; }

    /// <summary>The activity of which the call is a part.</summary>
    TraceContext? Trace { get; }

    /// <summary>Whether the work takes a token, and so may end by itself when it is canceled.</summary>
    bool TakesToken { get; }

    /// <summary>Which of the tokens that it takes are canceled, one bit for each.</summary>
    int CanceledTokens { get; }

    /// <summary>
    /// Makes the result of what a worker sent, while the worker is still there: what is large, and a primitive in it, has to be fetched from the
    /// worker. False: it died before that.
    /// </summary>
    bool ReadResult(ReadOnlySpan<byte> response, string worker, int processId);

    /// <summary>Ends the task with the result that was read.</summary>
    void Complete();
}

internal abstract class ProcessWorkItem<TResult>(in Request request, CallTokens? tokens, CancellationToken any, bool isLone) : WorkItem<TResult>(any, isLone), IProcessWork
{
    private readonly Request _request = request;

    /// <summary>Null where the work takes none.</summary>
    private readonly CallTokens? _tokens = tokens;

    /// <summary>What was read: a result, or why it could not be read.</summary>
    private TResult? _result;

    private InvalidDataException? _damage;

    public WorkReference Work => _request.Work;

    public long CallId { get; set; }

    public ReadOnlyMemory<byte> Request => _request.Body;

    public TraceContext? Trace { get; private set; }

    public bool TakesToken => _tokens is not null;

    public int CanceledTokens => _tokens?.Canceled ?? 0;

    protected override CancellationToken Cause => _tokens?.Cause ?? CancellationToken;

    public override void BePartOf(Activity? activity) => Trace = TraceContext.Of(activity);

    public override void WatchToken(Action<object> canceled, object state)
    {
        base.WatchToken(canceled, state);
        _tokens?.WatchFurther(canceled, state);
    }

    public bool ReadResult(ReadOnlySpan<byte> response, string worker, int processId)
    {
        using var reading = LargeBlock.ReadFrom(processId, isLastReader: true);
        using var serializing = ChosenSerializer.Use(_request.Serializer);
        try
        {
            _result = Read(response, worker);
            return true;
        }
        catch (Exception exception)
        {
            if (!ProcessIdentity.TryRead(processId, out var sender) || !sender.IsAlive)
                return false;

            // Also what a converter of the user's throws: it is the call that failed, not the channel.
            _damage = new InvalidDataException($"The result of {Work.Name} came back from {worker}, but could not be read: {exception.Message}", exception);
            return true;
        }
    }

    public void Complete()
    {
        if (_damage is not null)
            Fail(_damage);
        else
            Succeed(_result!);
    }

    protected override void Settled()
    {
        _tokens?.Dispose();
        _request.Memory?.LetGo();
    }

    protected abstract TResult Read(ReadOnlySpan<byte> response, string worker);
}

/// <summary>One call of the work.</summary>
internal sealed class ProcessCall<TResult>(in Request request, CallTokens? tokens, CancellationToken any, bool isLone = false) : ProcessWorkItem<TResult>(request, tokens, any, isLone)
{
    protected override TResult Read(ReadOnlySpan<byte> response, string worker) =>
        typeof(TResult) == typeof(Nothing) ? default! : Payload.Read<TResult>(response);
}

/// <summary>The work over all items of a chunk.</summary>
internal sealed class ProcessChunk<TResult>(in Request request, CallTokens? tokens, CancellationToken any) : ProcessWorkItem<Chunk<TResult>>(request, tokens, any, isLone: false)
{
    protected override Chunk<TResult> Read(ReadOnlySpan<byte> response, string worker)
    {
        var reader = new WireReader(response);
        var time = new TimeSpan(reader.ReadInt64());
        var results = ItemsPayload.Read<TResult>(reader.ReadBlock());
        return new Chunk<TResult>(results, reader.IsAtEnd ? null : RemoteError.Read(ref reader, worker), time);
    }
}
