using System.Diagnostics;

namespace Tandem.Platform;

/// <summary>
/// Looks for what is about to come before its thread parks, which costs both sides a wake-up; but only as long as that pays: who is waited for
/// may need the very core. A mutable struct: keep it in a field that is not readonly.
/// </summary>
internal struct AdaptiveSpin
{
    /// <summary>About what two wake-ups cost.</summary>
    private static readonly long s_ticks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 1_000_000 * 15 : 0;

    /// <summary>For a try after one in vain: he who parks meanwhile answers only once he is woken, and two who answer each other would park for ever.</summary>
    private static readonly long s_retryTicks = 4 * s_ticks;

    private const int MostSkipped = 63;

    /// <summary>How many waits it lets pass without a try, after the last one was in vain.</summary>
    private int _skipped;
    private int _toSkip;

    /// <summary>True: there is something to read.</summary>
    public bool Until(RingReader ring)
    {
        if (!ring.IsEmpty)
            return true;
        var attempt = new ReadAttempt(ring);
        return Until(ref attempt, default);
    }

    /// <summary>True: the attempt has succeeded.</summary>
    public bool Until<TAttempt>(ref TAttempt attempt, in WaitLimits limits)
        where TAttempt : IAttempt, allows ref struct
    {
        if (_toSkip > 0)
        {
            _toSkip--;
            return false;
        }

        var ticks = _skipped == 0 ? s_ticks : s_retryTicks;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetTimestamp() - start < ticks)
        {
            Thread.SpinWait(4);
            if (!attempt.Try(limits))
                continue;
            _skipped = 0;
            return true;
        }

        _toSkip = _skipped = Math.Min(MostSkipped, (2 * _skipped) + 1);
        return false;
    }

    private readonly struct ReadAttempt(RingReader ring) : IAttempt
    {
        public bool Try(in WaitLimits limits) => !ring.IsEmpty;
    }
}
