using System.Text;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>
/// The way of all workers' text to where it is read. One thread writes, since the reader at the other end may have stopped: then that thread
/// waits, and after it the workers that have much to say, but nobody who watches for results, cancellations and deaths.
/// </summary>
internal sealed class OutputQueue
{
    /// <summary>How much of one worker's text waits here before no more of it is read; the worker itself waits then. For each its own, so that one that says much silences no other.</summary>
    private const int Share = 64 * 1024;

    /// <summary>The same for all workers together.</summary>
    private const int Room = 4 * 1024 * 1024;

    /// <summary>What the dead said last is taken in beyond that, since they cannot wait, up to here.</summary>
    private const int Limit = 2 * Room;

    /// <summary>How long the writing thread stays for more.</summary>
    private const int IdleMilliseconds = 10_000;

    private readonly string _threadName;
    private readonly TimeSpan _flushPeriod;

    /// <summary>Who is told what was left out; null: nobody can be.</summary>
    private readonly Action<byte[]>? _notify;

    /// <summary>A monitor, as it is waited on; guards all that follows and the sources.</summary>
    private readonly object _gate = new();
    private readonly Queue<(Source Source, byte[] Text)> _unwritten = new();

    /// <summary>Those whose text is not read for now.</summary>
    private readonly HashSet<Source> _waiting = [];

    /// <summary>Bytes since the beginning; what was taken and not written lies in the queue or is being written.</summary>
    private long _taken, _written;

    /// <summary>Where a flush gave up. Until writing gets beyond it, none waits again.</summary>
    private long _stuckAt = -1;

    /// <summary>What did not even fit into <see cref="Limit"/> since that was last said.</summary>
    private long _leftOut;
    private Thread? _writer;
    private bool _drops;

    private OutputQueue(string threadName, TimeSpan flushPeriod, Action<byte[]>? notify) =>
        (_threadName, _flushPeriod, _notify) = (threadName, flushPeriod, notify);

    /// <summary>To this process's standard error.</summary>
    public static OutputQueue StandardError { get; } = ToStream(StandardStream.Error, "Tandem standard error");

    /// <summary>To this process's standard output.</summary>
    public static OutputQueue StandardOutput { get; } = ToStream(StandardStream.Output, "Tandem standard output");

    /// <summary>To code of the application, which is trusted to come to an end.</summary>
    public static OutputQueue ToApplication() => new("Tandem output", Timeout.InfiniteTimeSpan, notify: null);

    /// <summary>
    /// Whether the caller is the thread that writes, about to wait for those whose text it has. What they write until it is back is dropped: it
    /// would wait for workers that wait for it.
    /// </summary>
    public bool DropsForWriter()
    {
        List<Action> whenRoom;
        lock (_gate)
        {
            if (Thread.CurrentThread != _writer)
                return false;
            _drops = true;
            whenRoom = [.. _waiting.Select(static waiting => waiting.WhenRoom)];
            _waiting.Clear();
        }

        foreach (var tell in whenRoom)
            tell();
        return true;
    }

    /// <summary>Waits until all that was taken so far is written, but not for a reader that has stopped, nor for the caller itself.</summary>
    public void Flush()
    {
        var deadline = Environment.TickCount64 + (long)_flushPeriod.TotalMilliseconds;
        lock (_gate)
        {
            var target = _taken;
            while (_written < target && _written != _stuckAt && Thread.CurrentThread != _writer)
            {
                var rest = _flushPeriod == Timeout.InfiniteTimeSpan ? Timeout.Infinite : deadline - Environment.TickCount64;
                if (rest is <= 0 and not Timeout.Infinite)
                    _stuckAt = _written;
                else
                    Monitor.Wait(_gate, (int)rest);
            }
        }
    }

    /// <summary>Flushes without holding a thread of the caller's; ends at once where there is nothing to write.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            if (_written == _taken || _written == _stuckAt || Thread.CurrentThread == _writer)
                return Task.CompletedTask;
        }

        return Task.Run(Flush);
    }

    private static OutputQueue ToStream(int stream, string threadName)
    {
        // How long the end of an executor, or of this process, waits for what is still to be written.
        var queue = new OutputQueue(threadName, TimeSpan.FromSeconds(1), text => StandardStream.Write(stream, text));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => queue.Flush();
        return queue;
    }

    private void StartWriterLocked()
    {
        if (_writer is not null)
            return;
        try
        {
            var writer = new Thread(WriteAll) { IsBackground = true, Name = _threadName };
            writer.UnsafeStart();
            _writer = writer;
        }
        catch (OutOfMemoryException)
        {
            // No thread to be had just now; the next text tries again.
        }
    }

    private void WriteAll()
    {
        while (TryTakeNext(out var source, out var text))
        {
            if (source is null)
                _notify!(text);
            else
                source.WriteNow(text);
            foreach (var whenRoom in Written(source, text.Length))
                whenRoom();
        }
    }

    /// <summary>False: nothing came for a while, and this thread is not the writer any more.</summary>
    private bool TryTakeNext(out Source? source, out byte[] text)
    {
        lock (_gate)
        {
            _drops = false;
            while (_unwritten.Count == 0 && (_leftOut == 0 || _notify is null))
            {
                if (Monitor.Wait(_gate, IdleMilliseconds) || _unwritten.Count > 0)
                    continue;
                _writer = null;
                (source, text) = (null, []);
                return false;
            }

            if (_unwritten.TryDequeue(out var next))
            {
                (source, text) = next;
                return true;
            }

            var notice = $"(Tandem left out {_leftOut} bytes of what workers wrote last, since nobody read them here.){Environment.NewLine}";
            _leftOut = 0;
            (source, text) = (null, Encoding.UTF8.GetBytes(notice));
            return true;
        }
    }

    /// <summary>Counts, and returns what to call now that there is room, outside the lock.</summary>
    private List<Action> Written(Source? source, int length)
    {
        var told = new List<Action>();
        lock (_gate)
        {
            if (source is null)
                return told;
            _written += length;
            source.Unwritten -= length;
            Monitor.PulseAll(_gate);
            foreach (var waiting in _waiting.Where(HasRoomLocked).ToList())
            {
                _waiting.Remove(waiting);
                told.Add(waiting.WhenRoom);
            }
        }

        return told;
    }

    private bool HasRoomLocked(Source source) => _drops || source.Unwritten < Share && _taken - _written < Room;

    /// <summary>One worker's text, whose order is kept.</summary>
    /// <param name="queue">Where it waits.</param>
    /// <param name="write">Writes it, however long that takes.</param>
    public sealed class Source(OutputQueue queue, Action<byte[]> write)
    {
        /// <summary>The bytes of it that still wait.</summary>
        internal int Unwritten;

        internal Action WhenRoom = static () => { };

        internal void WriteNow(byte[] text) => write(text);

        /// <summary>Takes text to be written, and never waits. Who can leave the text where it is asks <see cref="HasRoom"/> first.</summary>
        public void Write(ReadOnlySpan<byte> text)
        {
            lock (queue._gate)
            {
                if (queue._drops)
                    return;
                if (queue._taken - queue._written + text.Length > Limit)
                {
                    queue._leftOut += text.Length;
                    return;
                }

                queue._unwritten.Enqueue((this, text.ToArray()));
                queue._taken += text.Length;
                Unwritten += text.Length;
                queue.StartWriterLocked();
                Monitor.PulseAll(queue._gate);
            }
        }

        /// <summary>Whether more can be taken. If not, <paramref name="whenRoom"/> is called once when it can, by another thread; it must not wait or throw.</summary>
        public bool HasRoom(Action whenRoom)
        {
            lock (queue._gate)
            {
                if (queue.HasRoomLocked(this))
                    return true;
                WhenRoom = whenRoom;
                queue._waiting.Add(this);
                return false;
            }
        }

        /// <summary>No more will come: nobody needs to be told of room.</summary>
        public void End()
        {
            lock (queue._gate)
                queue._waiting.Remove(this);
        }
    }
}
