namespace Tandem.Platform;

/// <summary>
/// For how long to park before looking again unasked. A process can be killed after it changed shared memory and before it woke those who
/// wait for the change; nobody wakes them then. So no park is without end, and each is twice as long as the one before, up to a limit:
/// a wait ends at most about as late as it has lasted already, and a long one costs next to nothing.
/// </summary>
internal struct ParkTime()
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(64);

    private TimeSpan _next = TimeSpan.FromMilliseconds(1);

    public TimeSpan Next()
    {
        var time = _next;
        if (_next < s_longest)
            _next *= 2;
        return time;
    }
}
