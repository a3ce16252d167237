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
    private CancellationTokenSource[] _current = [];

    /// <summary>The last cancellation; it can overtake the call itself.</summary>
    private Cancellation _last;

    public Lifeline(WorkerDescriptors descriptors)
    {
        _pipe = WorkerSelf.Open(descriptors.Lifeline, FileAccess.Read);
        new Thread(Watch) { IsBackground = true, Name = "Tandem lifeline" }.Start();
    }

    /// <summary>Makes the tokens for a call that takes some. Disposing the scope ends the watch.</summary>
    public CallScope Begin(long callId, int tokens)
    {
        if (tokens == 0)
            return default;
        var sources = new CancellationTokenSource[tokens];
        for (var i = 0; i < tokens; i++)
            sources[i] = new CancellationTokenSource();
        int canceled;
        lock (_gate)
        {
            _callId = callId;
            _current = sources;
            canceled = _last.CallId == callId ? _last.Tokens : 0;
        }

        foreach (var source in Chosen(sources, canceled))
            source.Cancel();
        return new CallScope(this, sources);
    }

    private static IEnumerable<CancellationTokenSource> Chosen(CancellationTokenSource[] sources, int tokens) =>
        sources.Where((_, i) => (tokens & 1 << i) != 0);

    private void End()
    {
        lock (_gate)
            _current = [];
    }

    private void Watch()
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        while (TryRead(message))
            Cancel(Cancellation.FromBits(BitConverter.ToInt64(message)));
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

    /// <summary>Signals tokens, as the parent's message would.</summary>
    public void Cancel(Cancellation cancellation)
    {
        CancellationTokenSource[] sources;
        lock (_gate)
        {
            _last = cancellation;
            sources = _callId == cancellation.CallId ? _current : [];
        }

        // Each on a thread of its own: what the work registered on its token may take its time, and neither the lifeline nor another token must.
        foreach (var source in Chosen(sources, cancellation.Tokens))
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

    /// <summary>One call's tokens, in the order of its arguments.</summary>
    public readonly struct CallScope(Lifeline lifeline, CancellationTokenSource[] sources) : IDisposable
    {
        public ReadOnlySpan<CancellationTokenSource> Sources => sources;

        public void Dispose() => lifeline?.End();
    }
}
