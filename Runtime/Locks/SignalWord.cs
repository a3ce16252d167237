using System.Runtime.InteropServices;
using Tandem.Platform;

namespace Tandem;

/// <summary>The signal of a <see cref="ProcessEvent"/> in shared memory: one word, changed by one swap, so that a kill leaves it set or not set.</summary>
/// <remarks>Used between the lease's Enter and Exit only.</remarks>
internal readonly unsafe struct SignalWord
{
    /// <summary>The lowest bit of the word says whether it is set.</summary>
    private const long SetBit = 1;

    /// <summary>The others count how often it was: a waiter whose manual event was set and reset in the meantime sees by them that it may go on.</summary>
    private const long SetUnit = 2;

    private readonly State* _state;

    private SignalWord(State* state) => _state = state;

    public static long Size => sizeof(State);

    public bool IsAutomatic => _state->IsAutomatic != 0;

    public bool IsSet => (Current & SetBit) != 0;

    /// <summary>What <see cref="Wait"/> waits from.</summary>
    public long Current => Volatile.Read(ref _state->Word);

    /// <summary>Rung when the event is set.</summary>
    public Doorbell Bell => new(&_state->Bell);

    public static void Create(SharedMemory memory, bool isSet, bool isAutomatic) =>
        *memory.At<State>(0) = new State { Word = isSet ? SetBit : 0, IsAutomatic = isAutomatic ? 1 : 0 };

    public static SignalWord On(SharedMemory memory) => new(memory.At<State>(0));

    public void Set()
    {
        var seen = Current;
        while ((seen & SetBit) == 0)
        {
            var before = Interlocked.CompareExchange(ref _state->Word, seen + SetUnit + SetBit, seen);
            if (before == seen)
                break;
            seen = before;
        }

        CrashPoint.Reach("event: set, nobody woken yet");
        // Also where it was set already: whoever set it may have died before he rang.
        Bell.Ring();
    }

    public void Reset() => Interlocked.And(ref _state->Word, ~SetBit);

    /// <summary>Waits within the limits until the event is set, or was since its word was <paramref name="seen"/>; false at the deadline.</summary>
    public bool Wait(long seen, in WaitLimits limits)
    {
        var attempt = new Attempt(this, seen);
        return Bell.WaitUntil(ref attempt, limits);
    }

    /// <summary>What an asynchronous caller waits for, as <see cref="Wait"/> does.</summary>
    public IWatchingAttempt Signal(long seen) => new Attempt(this, seen);

    /// <summary>Makes all who wait look again, at their limits too.</summary>
    public void WakeAll() => Bell.RingAll();

    private bool TryPass(long seen)
    {
        var word = Current;
        if (!IsAutomatic)
            return (word & SetBit) != 0 || word / SetUnit != seen / SetUnit;
        if ((word & SetBit) == 0 || Interlocked.CompareExchange(ref _state->Word, word - SetBit, word) != word)
            return false;
        CrashPoint.Reach("event: signal taken");
        return true;
    }

    private readonly struct Attempt(SignalWord signal, long seen) : IWatchingAttempt
    {
        public bool Try(in WaitLimits limits) => signal.TryPass(seen);

        /// <summary>Nobody's death sets an event; but who set it may have died before he rang.</summary>
        public bool TryAfterDeaths(in WaitLimits limits) => signal.TryPass(seen);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        public long Word;

        /// <summary>Rung when the event is set.</summary>
        public Doorbell.State Bell;

        /// <summary>1 for an automatic event; written once, before the event is passed on.</summary>
        public int IsAutomatic;
    }
}
