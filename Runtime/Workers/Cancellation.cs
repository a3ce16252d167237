namespace Tandem.Workers;

/// <summary>What the lifeline carries: which call's tokens are canceled, one bit for each token among its arguments. Eight bytes, which a pipe takes whole.</summary>
internal readonly record struct Cancellation(long CallId, int Tokens)
{
    /// <summary>As many arguments as work can have.</summary>
    private const int TokenBits = 4;

    /// <summary>All that a call can have.</summary>
    public static Cancellation All(long callId) => new(callId, (1 << TokenBits) - 1);

    public static Cancellation FromBits(long bits) => new(bits >> TokenBits, (int)(bits & ((1 << TokenBits) - 1)));

    public long ToBits() => CallId << TokenBits | (uint)Tokens;
}
