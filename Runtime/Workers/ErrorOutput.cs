using System.Text;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>
/// The way of all workers' standard error to this process's own. One thread writes, since the reader at the other end may have stopped: then
/// that thread waits, and after it the workers that have much to say, but nobody who watches for results, cancellations and deaths.
/// </summary>
internal static class ErrorOutput
{
    /// <summary>How much of one worker's text waits here before no more of it is read; the worker itself waits then. For each its own, so that one that says much silences no other.</summary>
    private const int Share = 64 * 1024;

    /// <summary>The same for all workers together.</summary>
    private const int Room = 4 * 1024 * 1024;

    /// <summary>What the dead said last is taken in beyond that, since they cannot wait, up to here.</summary>
    private const int Limit = 2 * Room;

    /// <summary>How long the end of an executor, or of this process, waits for what is still to be written.</summary>
    private static readonly TimeSpan s_flushPeriod = TimeSpan.FromSeconds(1);

    /// <summary>A monitor, as it is waited on; guards all that follows and the sources.</summary>
    private static readonly object s_gate = new();
    private static readonly Queue<(Source Source, byte[] Text)> s_unwritten = new();

    /// <summary>Those whose text is not read for now.</summary>
    private static readonly HashSet<Source> s_waiting = [];

    /// <summary>Bytes since the start of the process; what was taken and not written lies in the queue or is being written.</summary>
    private static long s_taken, s_written;

    /// <summary>Where a flush gave up. Until writing gets beyond it, none waits again.</summary>
    private static long s_stuckAt = -1;

    /// <summary>What did not even fit into <see cref="Limit"/> since that was last said.</summary>
    private static long s_leftOut;
    private static bool s_isRunning;

    /// <summary>Waits until all that was taken so far is written, but not for a reader that has stopped.</summary>
    public static void Flush()
    {
        var deadline = Environment.TickCount64 + (long)s_flushPeriod.TotalMilliseconds;
        lock (s_gate)
        {
            var target = s_taken;
            while (s_written < target && s_written != s_stuckAt)
            {
                var rest = deadline - Environment.TickCount64;
                if (rest <= 0)
                    s_stuckAt = s_written;
                else
                    Monitor.Wait(s_gate, (int)rest);
            }
        }
    }

    /// <summary>Flushes without holding a thread of the caller's; ends at once where there is nothing to write.</summary>
    public static Task FlushAsync()
    {
        lock (s_gate)
        {
            if (s_written == s_taken || s_written == s_stuckAt)
                return Task.CompletedTask;
        }

        return Task.Run(Flush);
    }

    private static void StartWriterLocked()
    {
        if (s_isRunning)
            return;
        try
        {
            new Thread(WriteAll) { IsBackground = true, Name = "Tandem standard error" }.UnsafeStart();
            s_isRunning = true;
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => Flush();
        }
        catch (OutOfMemoryException)
        {
            // No thread to be had just now; the next text tries again.
        }
    }

    private static void WriteAll()
    {
        while (true)
        {
            var (source, text) = Next();
            StandardError.Write(text);
            foreach (var whenRoom in Written(source, text.Length))
                whenRoom();
        }
    }

    private static (Source? Source, byte[] Text) Next()
    {
        lock (s_gate)
        {
            while (s_unwritten.Count == 0 && s_leftOut == 0)
                Monitor.Wait(s_gate);
            if (s_unwritten.TryDequeue(out var next))
                return next;
            var notice = $"(Tandem left out {s_leftOut} bytes of what workers wrote last, since nobody read them here.){Environment.NewLine}";
            s_leftOut = 0;
            return (null, Encoding.UTF8.GetBytes(notice));
        }
    }

    /// <summary>Counts, and returns what to call now that there is room, outside the lock.</summary>
    private static List<Action> Written(Source? source, int length)
    {
        var told = new List<Action>();
        lock (s_gate)
        {
            if (source is null)
                return told;
            s_written += length;
            source.Unwritten -= length;
            Monitor.PulseAll(s_gate);
            foreach (var waiting in s_waiting.Where(HasRoomLocked))
            {
                s_waiting.Remove(waiting);
                told.Add(waiting.WhenRoom);
            }
        }

        return told;
    }

    private static bool HasRoomLocked(Source source) => source.Unwritten < Share && s_taken - s_written < Room;

    /// <summary>One worker's text, whose order is kept.</summary>
    public sealed class Source
    {
        /// <summary>The bytes of it that still wait.</summary>
        internal int Unwritten;

        internal Action WhenRoom = static () => { };

        /// <summary>Takes text to be written, and never waits. Who can leave the text where it is asks <see cref="HasRoom"/> first.</summary>
        public void Write(ReadOnlySpan<byte> text)
        {
            lock (s_gate)
            {
                if (s_taken - s_written + text.Length > Limit)
                {
                    s_leftOut += text.Length;
                    return;
                }

                s_unwritten.Enqueue((this, text.ToArray()));
                s_taken += text.Length;
                Unwritten += text.Length;
                StartWriterLocked();
                Monitor.PulseAll(s_gate);
            }
        }

        /// <summary>Whether more can be taken. If not, <paramref name="whenRoom"/> is called once when it can, by another thread; it must not wait or throw.</summary>
        public bool HasRoom(Action whenRoom)
        {
            lock (s_gate)
            {
                if (HasRoomLocked(this))
                    return true;
                WhenRoom = whenRoom;
                s_waiting.Add(this);
                return false;
            }
        }

        /// <summary>No more will come: nobody needs to be told of room.</summary>
        public void End()
        {
            lock (s_gate)
                s_waiting.Remove(this);
        }
    }
}
