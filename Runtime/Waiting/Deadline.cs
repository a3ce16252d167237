using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tandem.Waiting;

/// <summary>The moment at which a wait gives up. Made once from the caller's time-out, so a wait that wakes and parks again does not start its time anew.</summary>
internal readonly struct Deadline
{
    private const long NoEnd = long.MaxValue;

    /// <summary>In <see cref="Stopwatch"/> ticks, which no change of the wall clock moves.</summary>
    private readonly long _end;

    private Deadline(long end) => _end = end;

    public static Deadline Never => new(NoEnd);

    /// <summary>A deadline that has passed: try once, and wait for nothing at all, not even within <see cref="WithGrace"/>.</summary>
    public static Deadline Passed => new(1);

    /// <summary>Zero is a deadline that has passed already: try once, do not wait.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not <see cref="Timeout.InfiniteTimeSpan"/>, or longer than <see cref="int.MaxValue"/> milliseconds (the limits of the framework's own waits).</exception>
    public static Deadline After(TimeSpan timeout, [CallerArgumentExpression(nameof(timeout))] string? parameterName = null)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return Never;
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero, parameterName);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout.TotalMilliseconds, int.MaxValue, parameterName);
        return new(timeout == TimeSpan.Zero ? 0 : Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency));
    }

    /// <summary>For a step that others are done with in a moment: a time-out of zero, which waits for nothing else, waits that long for them.</summary>
    public Deadline WithGrace(TimeSpan grace) => _end == 0 ? After(grace) : this;

    /// <summary>This deadline, or the end of <paramref name="limit"/> from now if that comes first.</summary>
    public Deadline UpTo(TimeSpan limit)
    {
        var sooner = After(limit);
        return sooner._end < _end ? sooner : this;
    }

    public bool HasPassed => _end != NoEnd && (_end == 0 || Stopwatch.GetTimestamp() >= _end);

    /// <summary>What is left, in the form the framework's waits take: infinite, or zero and more.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_end == NoEnd)
                return Timeout.InfiniteTimeSpan;
            var left = _end == 0 ? 0 : _end - Stopwatch.GetTimestamp();
            // Rounded up to a millisecond: a wait of 0.4 ms would round down to none and turn the caller's loop into a spin.
            return left <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(left * 1000.0 / Stopwatch.Frequency));
        }
    }

    /// <summary>The shorter of what is left and <paramref name="limit"/>.</summary>
    public TimeSpan RemainingUpTo(TimeSpan limit)
    {
        var left = Remaining;
        return left == Timeout.InfiniteTimeSpan || left > limit ? limit : left;
    }
}
