namespace Tandem.Workers;

/// <summary>The tokens that can cancel one call: Submit's own, and those among the arguments.</summary>
internal sealed class CallTokens : IDisposable
{
    private readonly CancellationToken _submitted;
    private readonly IReadOnlyList<CancellationToken> _arguments;

    /// <summary>Those that can be canceled, where there are several, and what joins them.</summary>
    private readonly CancellationToken[] _several = [];
    private readonly CancellationTokenSource? _joined;
    private readonly CancellationTokenRegistration[] _watches = [];
    private volatile bool _disposed;

    public CallTokens(CancellationToken submitted, IReadOnlyList<CancellationToken> arguments)
    {
        _submitted = submitted;
        _arguments = arguments;
        if (arguments.Count == 0)
            return;
        CancellationToken[] all = [.. arguments.Prepend(submitted).Where(t => t.CanBeCanceled).Distinct()];
        if (all.Length > 1)
            (_several, _joined, _watches) = (all, CancellationTokenSource.CreateLinkedTokenSource(all), new CancellationTokenRegistration[all.Length]);
    }

    /// <summary>Canceled when one of them is.</summary>
    public CancellationToken Any => _joined?.Token ?? (_submitted.CanBeCanceled ? _submitted : _arguments.FirstOrDefault(t => t.CanBeCanceled));

    /// <summary>The one that was canceled, for the exception that the caller sees.</summary>
    public CancellationToken Cause => _joined is null ? Any : Array.Find(_several, t => t.IsCancellationRequested);

    /// <summary>Which of the arguments are canceled, one bit for each: work tells one token from another. Submit's own cancels all.</summary>
    public int Canceled
    {
        get
        {
            var canceled = 0;
            for (var i = 0; i < _arguments.Count; i++)
                canceled |= _submitted.IsCancellationRequested || _arguments[i].IsCancellationRequested ? 1 << i : 0;
            return canceled;
        }
    }

    /// <summary>Tells of each further token that is canceled after <see cref="Any"/>, which tells of the first only.</summary>
    public void WatchFurther(Action<object> canceled, object state)
    {
        for (var i = 0; i < _several.Length; i++)
        {
            // Either this sees the first one's mark, or whoever acts on the first sees this one's.
            _watches[i] = _several[i].UnsafeRegister(_ =>
            {
                if (_joined!.IsCancellationRequested)
                    canceled(state);
            }, null);
        }

        // The call may be over by now, canceled at the start.
        if (_disposed)
            EndWatches();
    }

    public void Dispose()
    {
        _disposed = true;
        EndWatches();
        _joined?.Dispose();
    }

    /// <summary>Without waiting for a watch that runs: it may be the caller.</summary>
    private void EndWatches()
    {
        foreach (var watch in _watches)
            watch.Unregister();
    }
}
