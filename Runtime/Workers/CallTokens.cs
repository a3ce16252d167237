namespace Tandem.Workers;

/// <summary>The tokens that can cancel one call: Submit's own, and those among the arguments.</summary>
internal sealed class CallTokens : IDisposable
{
    private readonly CancellationToken _submitted;

    /// <summary>Those that can be canceled, where there are several, and what joins them.</summary>
    private readonly CancellationToken[] _several = [];
    private readonly CancellationTokenSource? _joined;

    public CallTokens(CancellationToken submitted, IReadOnlyList<CancellationToken> arguments)
    {
        _submitted = submitted;
        if (arguments.Count == 0)
            return;
        CancellationToken[] all = [.. arguments.Prepend(submitted).Where(t => t.CanBeCanceled).Distinct()];
        if (all.Length > 1)
            (_several, _joined) = (all, CancellationTokenSource.CreateLinkedTokenSource(all));
        else
            _submitted = all.FirstOrDefault();
    }

    /// <summary>Canceled when one of them is.</summary>
    public CancellationToken Any => _joined?.Token ?? _submitted;

    /// <summary>The one that was canceled, for the exception that the caller sees.</summary>
    public CancellationToken Cause => _joined is null ? _submitted : Array.Find(_several, t => t.IsCancellationRequested);

    public void Dispose() => _joined?.Dispose();
}
