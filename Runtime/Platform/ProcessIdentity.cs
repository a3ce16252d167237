using System.Globalization;
using System.Text;

namespace Tandem.Platform;

/// <summary>
/// Which process, or which thread of one: its id, and when it started, because the system gives the id of a dead one to a new one.
/// Both fit into <see cref="Bits"/> bits, so a word in shared memory can name its owner.
/// </summary>
/// <remarks>To Linux a process is its first thread: ids of both are of one kind, and never the same at the same time.</remarks>
internal readonly record struct ProcessIdentity
{
    /// <summary>Linux gives ids below 2^22 (PID_MAX_LIMIT).</summary>
    private const int IdBits = 22;

    /// <summary>The start in clock ticks since boot (10 ms), modulo 46 hours: to be mistaken for a dead process, a new one with its id would have to start a multiple of that after it, to the tick.</summary>
    private const int StartBits = 24;

    public const int Bits = IdBits + StartBits;

    /// <summary>This thread's bits; 0 until they are asked for.</summary>
    [ThreadStatic]
    private static long t_thread;

    private readonly long _bits;

    private ProcessIdentity(long bits) => _bits = bits;

    private ProcessIdentity(int id, ulong start) => _bits = (long)(start & ((1UL << StartBits) - 1)) << IdBits | (uint)id;

    public static ProcessIdentity Current { get; } =
        TryReadStat(Name(Environment.ProcessId), out var stat) ? stat.Identity : throw new PlatformNotSupportedException("/proc does not show this process; Tandem needs it to tell a dead process from a living one.");

    /// <summary>The calling thread; of a process's first thread, the same as the process.</summary>
    /// <exception cref="IOException">The system is out of file descriptors or memory, and the thread asks for the first time.</exception>
    public static ProcessIdentity CurrentThread
    {
        get
        {
            if (t_thread == 0)
                t_thread = TryReadStat("thread-self", out var stat) ? stat.Identity._bits : throw new PlatformNotSupportedException("/proc does not show this thread; Tandem needs it to tell a dead thread from a living one.");
            return new(t_thread);
        }
    }

    public int Id => (int)(_bits & ((1 << IdBits) - 1));

    /// <summary>False once the process or thread has ended, been killed, or its id belongs to another. A stopped process lives, and so does one that can't be looked at just now.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                return this == Current || (TryReadStat(Name(Id), out var stat) && stat.Identity == this && !stat.HasEnded);
            }
            catch (IOException error) when (error.HResult is Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM)
            {
                // We are out of descriptors or memory, which is no reason to end a wait for the living; who waits looks again.
                return true;
            }
        }
    }

    /// <summary>Who has this id now; false when nobody has.</summary>
    public static bool TryRead(int id, out ProcessIdentity identity)
    {
        var found = TryReadStat(Name(id), out var stat);
        identity = stat.Identity;
        return found;
    }

    public long ToBits() => _bits;

    public static ProcessIdentity FromBits(long bits) => new(bits);

    private static string Name(int id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads /proc/[id]/stat (proc_pid_stat(5)), of a thread too. False only when there is no such process: any other failure is an exception, lest a living owner be taken for dead.</summary>
    private static bool TryReadStat(string name, out Stat stat)
    {
        stat = default;
        Span<byte> line = stackalloc byte[1024];
        int length;
        try
        {
            using var file = File.OpenHandle($"/proc/{name}/stat");
            length = RandomAccess.Read(file, line, 0);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException || error.HResult == Libc.ESRCH)
        {
            // ESRCH: it ended between open and read.
            return false;
        }

        // The name, in parentheses, may itself hold spaces and parentheses; after the last one stand the fields from the third on.
        var id = int.Parse(line[..line.IndexOf((byte)' ')], CultureInfo.InvariantCulture);
        var fields = line[(line[..length].LastIndexOf((byte)')') + 2)..length];
        Span<Range> ranges = stackalloc Range[21];
        var text = Encoding.ASCII.GetString(fields).AsSpan();
        if (text.Split(ranges, ' ') < 21)
            return false;
        stat = new Stat(
            new ProcessIdentity(id, ulong.Parse(text[ranges[19]], CultureInfo.InvariantCulture)),
            State: text[ranges[0]][0],
            Threads: int.Parse(text[ranges[17]], CultureInfo.InvariantCulture));
        return true;
    }

    /// <param name="Identity">Id and start (field 22).</param>
    /// <param name="State">Field 3; Z is a zombie, X is dead. A zombie still answers kill(pid, 0).</param>
    /// <param name="Threads">Field 20. A killed process is a zombie as soon as its first thread has ended; others may still run for a moment, inside what they own.</param>
    private readonly record struct Stat(ProcessIdentity Identity, char State, int Threads)
    {
        public bool HasEnded => State is 'Z' or 'X' or 'x' && Threads <= 1;
    }
}
