namespace Tandem.Workers;

/// <summary>The tokens that can cancel one call: Submit's own, and those among the arguments.</summary>
internal sealed class CallTokens : IDisposable
{
    private readonly List<CancellationToken> _tokens;
    private readonly CancellationTokenSource? _linked;

    public CallTokens(CancellationToken submitted, IEnumerable<CancellationToken> arguments)
    {
        _tokens = [.. arguments.Prepend(submitted).Where(t => t.CanBeCanceled).Distinct()];
        if (_tokens.Count > 1)
            _linked = CancellationTokenSource.CreateLinkedTokenSource([.. _tokens]);
    }

    /// <summary>Canceled when one of them is.</summary>
    public CancellationToken Any => _linked?.Token ?? _tokens.FirstOrDefault();

    /// <summary>The one that was canceled, for the exception that the caller sees.</summary>
    public CancellationToken Cause => _tokens.FirstOrDefault(t => t.IsCancellationRequested);

    public void Dispose() => _linked?.Dispose();
}
