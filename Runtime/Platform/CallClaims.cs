namespace Tandem.Platform;

/// <summary>
/// Who has a call that was sent ahead: the worker that begins it, or the parent that takes it back; whoever is first. So a call that waits
/// behind a long one can go to another worker or be canceled, and when a worker dies it is known which call it had begun.
/// </summary>
/// <param name="words">A word for each call under way, by its id.</param>
internal readonly unsafe struct CallClaims(long* words)
{
    /// <summary>How many calls can be under way; ids that are so far apart share a word.</summary>
    public const int Count = 1024;

    private enum State
    {
        Offered = 1,
        Begun,
        Withdrawn,
    }

    /// <summary>The parent's, before the worker can see the call.</summary>
    public void Offer(long callId) => Volatile.Write(ref words[callId % Count], Word(callId, State.Offered));

    /// <summary>The worker's. False: the parent has taken the call back.</summary>
    public bool TryBegin(long callId) => TryMove(callId, State.Begun);

    /// <summary>The parent's. False: the worker has begun.</summary>
    public bool TryWithdraw(long callId) => TryMove(callId, State.Withdrawn);

    /// <summary>Whether the worker has begun a call that was offered and not withdrawn. Where the word is damaged it may have.</summary>
    public bool HasBegun(long callId) => Volatile.Read(ref words[callId % Count]) != Word(callId, State.Offered);

    private bool TryMove(long callId, State to) =>
        Interlocked.CompareExchange(ref words[callId % Count], Word(callId, to), Word(callId, State.Offered)) == Word(callId, State.Offered);

    private static long Word(long callId, State state) => (callId << 2) | (long)state;
}
