using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>
/// Ends this worker at once when its parent is gone, whatever it does, and passes cancellations on. A thread of its own, since the work may
/// hold the main thread and all of the pool's.
/// </summary>
internal sealed class Lifeline
{
    private readonly FileStream _pipe;
    private readonly Lock _gate = new();
    private long _callId;
    private CancellationTokenSource? _current;

    /// <summary>The last call that was canceled; its cancellation can overtake the call itself.</summary>
    private long _canceledId;

    public Lifeline(WorkerDescriptors descriptors)
    {
        _pipe = WorkerSelf.Open(descriptors.Lifeline, FileAccess.Read);
        new Thread(Watch) { IsBackground = true, Name = "Tandem lifeline" }.Start();
    }

    /// <summary>Makes the token for a call that takes one. Disposing the scope ends the watch.</summary>
    public CallScope Begin(long callId, bool takesToken)
    {
        if (!takesToken)
            return default;
        var source = new CancellationTokenSource();
        bool canceled;
        lock (_gate)
        {
            _callId = callId;
            _current = source;
            canceled = _canceledId == callId;
        }

        if (canceled)
            source.Cancel();
        return new CallScope(this, source);
    }

    private void End()
    {
        lock (_gate)
            _current = null;
    }

    private void Watch()
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        while (TryRead(message))
            Cancel(BitConverter.ToInt64(message));
        WorkerSelf.ExitNow();
    }

    private bool TryRead(Span<byte> message)
    {
        try
        {
            return _pipe.ReadAtLeast(message, message.Length, throwOnEndOfStream: false) == message.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Cancel(long callId)
    {
        CancellationTokenSource? source;
        lock (_gate)
        {
            _canceledId = callId;
            source = _callId == callId ? _current : null;
        }

        // On a thread of its own: what the work registered on its token may take its time, and the lifeline must not.
        if (source is not null)
            new Thread(() => Cancel(source)) { IsBackground = true, Name = "Tandem cancellation" }.Start();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // Thrown by what the work registered; the work itself is told all the same, and its result decides.
        }
    }

    /// <summary>One call's token.</summary>
    public readonly struct CallScope(Lifeline lifeline, CancellationTokenSource source) : IDisposable
    {
        public CancellationToken Token => source?.Token ?? default;

        public void Dispose() => lifeline?.End();
    }
}
