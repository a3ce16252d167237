using Tandem.Platform;

namespace Tandem;

/// <summary>
/// Who holds one end of a pipe: a word for each holder, in shared memory, that names its process. A holder that has died is none.
/// </summary>
/// <remarks>
/// The word, from the lowest bit: 46 bits <see cref="ProcessIdentity"/>, 1 bit "passed on", 16 bits number of the holder in its process. An end that
/// was passed on is held by its sender until the other has it, and not longer; so whoever passes an end to a worker need not let go of it by hand.
/// </remarks>
internal readonly unsafe struct PipeHolders(PipeHolders.State* state)
{
    /// <summary>More processes than these cannot hold one end at a time.</summary>
    private const int Most = 31;

    private const long IdentityMask = (1L << ProcessIdentity.Bits) - 1;
    private const long Passed = 1L << ProcessIdentity.Bits;
    private const int NumberShift = ProcessIdentity.Bits + 1;

    /// <summary>The number given last in this process.</summary>
    private static int s_lastNumber;

    /// <summary>Counts those who have come; so a look at all words that finds none sees whether one came meanwhile.</summary>
    public long Arrivals => Volatile.Read(ref state->Arrivals);

    /// <summary>The word of a new holder in this process.</summary>
    public static long NewWord() => ((long)(ushort)Interlocked.Increment(ref s_lastNumber) << NumberShift) | ProcessIdentity.Current.ToBits();

    /// <summary>Whether the word stands there as that of a holder who has not passed the end on.</summary>
    public bool IsHeldAt(int place, long word) => Volatile.Read(ref state->Words[place]) == word;

    /// <summary>Enters a holder, or takes back that it has passed the end on.</summary>
    /// <returns>Its place.</returns>
    /// <exception cref="InvalidOperationException">Too many hold the end.</exception>
    public int Enter(long word, int place)
    {
        if (Interlocked.CompareExchange(ref state->Words[place], word, word | Passed) == (word | Passed))
            return place;
        for (var i = 0; i < Most; i++)
        {
            var seen = Volatile.Read(ref state->Words[i]);
            if ((seen != 0 && IsAlive(seen)) || Interlocked.CompareExchange(ref state->Words[i], word, seen) != seen)
                continue;
            Interlocked.Increment(ref state->Arrivals);
            return i;
        }

        throw new InvalidOperationException($"{Most} holders of one end of a ProcessPipe are the most there can be. Dispose those that are not in use, or use a ProcessQueue for many.");
    }

    /// <summary>The end is on its way to another holder.</summary>
    public void MarkPassed(int place, long word) => Interlocked.CompareExchange(ref state->Words[place], word | Passed, word);

    /// <summary>Ends the hold of one who has not passed the end on.</summary>
    public void Leave(int place, long word) => Interlocked.CompareExchange(ref state->Words[place], 0, word);

    /// <summary>Ends the hold of one who has passed the end on, and has not used it since.</summary>
    public void LeavePassed(int place, long word) => Interlocked.CompareExchange(ref state->Words[place], 0, word | Passed);

    /// <summary>Ends the hold of all who have passed the end on: somebody has it.</summary>
    public void LeaveAllPassed()
    {
        for (var i = 0; i < Most; i++)
        {
            var seen = Volatile.Read(ref state->Words[i]);
            if ((seen & Passed) != 0)
                Interlocked.CompareExchange(ref state->Words[i], 0, seen);
        }
    }

    /// <summary>Whether nobody alive holds the end.</summary>
    public bool IsAbandoned()
    {
        while (true)
        {
            var arrivals = Arrivals;
            for (var i = 0; i < Most; i++)
            {
                if (Volatile.Read(ref state->Words[i]) is not 0 and var seen && IsAlive(seen))
                    return false;
            }

            // Who takes an end over enters before the other leaves; we may have looked at the two in the wrong order.
            if (Arrivals == arrivals)
                return true;
        }
    }

    /// <summary>The processes that hold the end, other than this one.</summary>
    public HashSet<ProcessIdentity> OtherProcesses()
    {
        var processes = new HashSet<ProcessIdentity>();
        for (var i = 0; i < Most; i++)
        {
            if (Volatile.Read(ref state->Words[i]) is not 0 and var seen && IdentityOf(seen) is var process && process != ProcessIdentity.Current)
                processes.Add(process);
        }

        return processes;
    }

    private static bool IsAlive(long word) => IdentityOf(word).IsAlive;

    private static ProcessIdentity IdentityOf(long word) => ProcessIdentity.FromBits(word & IdentityMask);

    public struct State
    {
        public long Arrivals;
        public fixed long Words[Most];
    }
}
