using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>
/// The calls that were sent to one worker and have not ended, by their ids. The worker takes them one after the other, so the oldest is the
/// one that runs, if any does.
/// </summary>
internal sealed class CallsInHand
{
    private readonly IProcessWork?[] _calls = new IProcessWork?[CallClaims.Count];

    /// <summary>The id of the oldest; of the next one when there are none.</summary>
    public long Oldest { get; private set; } = 1;

    public long Next { get; private set; } = 1;

    public int Count { get; private set; }

    /// <summary>How many more can be sent. Those that were taken back count until the worker has passed them.</summary>
    public int Room => CallClaims.Count - (int)(Next - Oldest);

    /// <summary>The call of an id between <see cref="Oldest"/> and <see cref="Next"/>; null: it was taken back.</summary>
    public IProcessWork? this[long callId] => _calls[callId % CallClaims.Count];

    public bool Contains(IProcessWork call) => this[call.CallId] == call;

    public void Add(IProcessWork call)
    {
        call.CallId = Next;
        _calls[Next++ % CallClaims.Count] = call;
        Count++;
    }

    public void Remove(IProcessWork call)
    {
        _calls[call.CallId % CallClaims.Count] = null;
        Count--;
        while (Oldest < Next && this[Oldest] is null)
            Oldest++;
    }
}
