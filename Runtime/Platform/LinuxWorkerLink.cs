using System.ComponentModel;
using System.Runtime.InteropServices;
using Tandem.Workers;
using static Tandem.Platform.Libc;

namespace Tandem.Platform;

/// <summary>
/// A worker over a socket pair, watched through a pidfd. One thread polls all that can happen, so its callers see events one at a time, and
/// nobody who holds a copy of a descriptor (a grandchild with the worker's standard error, say) can keep the end from being seen.
/// </summary>
internal sealed unsafe class LinuxWorkerLink : WorkerLink
{
    // What the thread polls, by its place in the list.
    private const int Wake = 0, Channel = 1, ErrorText = 2, Death = 3;

    /// <summary>What a dead worker left in its pipe is read up to here; a grandchild could write for ever.</summary>
    private const int MaxLastWords = 1024 * 1024;

    /// <summary>How much of its standard error is read before the channel and the death get their turn: a worker could write faster than it is read.</summary>
    private const int ErrorTextTurn = 64 * 1024;

    /// <summary>
    /// A worker that closed its channel is about to end, and its exit code or signal is worth waiting for; one that lives on is ended.
    /// </summary>
    private const int MuteMilliseconds = 2000;

    private readonly IWorkerListener _listener;
    private readonly string _name;
    private readonly int _lifeline;
    private readonly PollFd[] _polled;

    /// <summary>Guards the descriptors against use after they are closed, and the order of what is sent.</summary>
    private readonly Lock _gate = new();

    /// <summary>What the socket would not take at once.</summary>
    private readonly Queue<ReadOnlyMemory<byte>> _unsent = new();
    private readonly FrameBuffer _received = new();
    private bool _closed;
    private Exception? _damage;

    /// <summary>The pipe of the standard error while it is not polled, else -1. The watching thread's own.</summary>
    private int _pausedErrorText = -1;

    /// <summary>When a worker that closed its channel is ended, the largest number once it was; null: it has not closed it.</summary>
    private long? _muteUntil;

    private LinuxWorkerLink(int processId, string name, IWorkerListener listener, int channel, int lifeline, int errorText, int death, int wake)
    {
        ProcessId = processId;
        _name = name;
        _listener = listener;
        _lifeline = lifeline;
        _polled =
        [
            new() { Descriptor = wake, Events = POLLIN },
            new() { Descriptor = channel, Events = POLLIN },
            new() { Descriptor = errorText, Events = POLLIN },
            new() { Descriptor = death, Events = POLLIN },
        ];
    }

    public override int ProcessId { get; }

    public static new LinuxWorkerLink Start(WorkerCommand command, string name, IWorkerListener listener)
    {
        List<int> own = [], childs = [];
        try
        {
            int* pair = stackalloc int[2];
            Check(SocketPair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
            own.Add(pair[0]);
            childs.Add(KeepAbove(pair[1]));
            Check(Pipe(pair, O_CLOEXEC));
            own.Add(pair[1]);
            childs.Add(KeepAbove(pair[0]));
            Check(Pipe(pair, O_CLOEXEC));
            own.Add(pair[0]);
            childs.Add(KeepAbove(pair[1]));

            // Only the parent's ends: the worker writes its errors and reads its lifeline as any program does.
            Check(Fcntl(own[1], F_SETFL, O_NONBLOCK));
            Check(Fcntl(own[2], F_SETFL, O_NONBLOCK));
            own.Add(Check(EventFd(0, O_CLOEXEC | O_NONBLOCK)));

            IEnumerable<string> arguments = [command.Program, .. command.Arguments, .. WorkerArguments.Format(name, WorkerDescriptors.Chosen)];
            var processId = PosixSpawn.Start(command.Program, arguments, WorkerCommand.Environment().Select(v => $"{v.Key}={v.Value}"),
                (childs[0], WorkerDescriptors.ChannelNumber), (childs[1], WorkerDescriptors.LifelineNumber), (childs[2], 2));

            // Nobody else waits for our children, so the id cannot have been given to another process yet.
            var death = PidFdOpen(SYS_pidfd_open, processId, 0);
            if (death < 0)
                throw EndUnwatched(processId, new Win32Exception());
            return new LinuxWorkerLink(processId, name, listener, own[0], own[1], own[2], death, own[3]);
        }
        catch (Exception exception)
        {
            foreach (var descriptor in own)
                Close(descriptor);
            throw CannotStart(command, name, exception);
        }
        finally
        {
            foreach (var descriptor in childs)
                Close(descriptor);
        }
    }

    public override void Open()
    {
        try
        {
            new Thread(Watch) { IsBackground = true, Name = $"Tandem {_name}" }.UnsafeStart();
        }
        catch (Exception)
        {
            Kill();
            Reap();
            CloseAll();
            throw;
        }
    }

    public override void Send(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> rest)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            var waits = _unsent.Count > 0;
            if (head.Length > 0)
                _unsent.Enqueue(head);
            if (rest.Length > 0)
                _unsent.Enqueue(rest);
            if (waits)
                return;
            SendUnsentLocked();
            if (_unsent.Count > 0)
                WakeLocked();
        }
    }

    public override void SendCancellation(Cancellation cancellation)
    {
        var bits = cancellation.ToBits();
        lock (_gate)
        {
            // A pipe too full for eight bytes belongs to a worker that does not listen, which the end of the grace period takes care of.
            if (!_closed)
                _ = Libc.Write(_lifeline, (byte*)&bits, sizeof(long));
        }
    }

    public override void CloseInput()
    {
        lock (_gate)
        {
            if (!_closed)
                Shutdown(_polled[Channel].Descriptor, SHUT_WR);
        }
    }

    public override void Kill()
    {
        lock (_gate)
        {
            if (!_closed)
                _ = PidFdSendSignal(SYS_pidfd_send_signal, _polled[Death].Descriptor, Signals.Kill, 0, 0);
        }
    }

    private void Watch()
    {
        var isAlive = true;
        while (isAlive)
        {
            if (!WaitForEvents())
                continue;
            if (Happened(Wake))
            {
                ClearWake();
                ResumeErrorText();
            }

            if (Happened(ErrorText))
                ReadErrorText(ErrorTextTurn, isAlive);
            if (Happened(Channel))
                Exchange();
            isAlive = !Happened(Death);
        }

        // The worker may have sent its last result and its last words just before it died.
        ReadFrames();
        ResumeErrorText();
        ReadErrorText(MaxLastWords, isAlive);
        var status = Reap();
        CloseAll();
        _listener.Exited(status, _damage);
    }

    private bool WaitForEvents()
    {
        lock (_gate)
            _polled[Channel].Events = (short)(_unsent.Count > 0 ? POLLIN | POLLOUT : POLLIN);

        int count;
        fixed (PollFd* polled = _polled)
            count = Poll(polled, (nuint)_polled.Length, MuteTimeLeft());
        if (MuteTimeLeft() == 0)
        {
            Kill();
            _muteUntil = long.MaxValue;
        }

        return count > 0;
    }

    /// <summary>The milliseconds that a worker without a channel has left, whatever else it still does; infinite for others.</summary>
    private int MuteTimeLeft()
    {
        if (_polled[Channel].Descriptor >= 0)
            return Timeout.Infinite;
        _muteUntil ??= Environment.TickCount64 + MuteMilliseconds;
        return _muteUntil == long.MaxValue ? Timeout.Infinite : (int)Math.Max(0, _muteUntil.Value - Environment.TickCount64);
    }

    private bool Happened(int index) => _polled[index].Returned != 0;

    private void ClearWake()
    {
        long count;
        _ = Libc.Read(_polled[Wake].Descriptor, (byte*)&count, sizeof(long));
    }

    private void WakeUp()
    {
        lock (_gate)
        {
            if (!_closed)
                WakeLocked();
        }
    }

    private void WakeLocked()
    {
        long one = 1;
        _ = Libc.Write(_polled[Wake].Descriptor, (byte*)&one, sizeof(long));
    }

    private void Exchange()
    {
        if ((_polled[Channel].Returned & POLLOUT) != 0)
        {
            lock (_gate)
                SendUnsentLocked();
        }

        if ((_polled[Channel].Returned & ~POLLOUT) != 0 && !ReadFrames())
            StopPolling(Channel);
        if (_damage is not null)
            Kill();
    }

    private void SendUnsentLocked()
    {
        while (_unsent.TryPeek(out var next))
        {
            nint sent;
            fixed (byte* bytes = next.Span)
                sent = Libc.Send(_polled[Channel].Descriptor, bytes, next.Length, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0)
            {
                if (Marshal.GetLastPInvokeError() == EINTR)
                    continue;

                // Full: the thread goes on when there is room. Broken: the worker's death is being told already.
                if (Marshal.GetLastPInvokeError() != EAGAIN)
                    _unsent.Clear();
                return;
            }

            _unsent.Dequeue();
            if (sent == next.Length)
                continue;

            // What is left of it goes first: a queue has no way to put it back but to go round.
            var others = _unsent.Count;
            _unsent.Enqueue(next[(int)sent..]);
            for (; others > 0; others--)
                _unsent.Enqueue(_unsent.Dequeue());
        }
    }

    /// <summary>Reads and tells all whole frames that are there. False: nothing more will come.</summary>
    private bool ReadFrames()
    {
        while (_damage is null)
        {
            nint count;
            var room = _received.Free();
            fixed (byte* bytes = room)
                count = Receive(_polled[Channel].Descriptor, bytes, room.Length, MSG_DONTWAIT);
            if (count < 0 && Marshal.GetLastPInvokeError() == EINTR)
                continue;
            if (count < 0)
                return Marshal.GetLastPInvokeError() == EAGAIN;
            if (count == 0)
                return false;

            _received.Filled((int)count);
            TellFrames();
        }

        return false;
    }

    private void TellFrames()
    {
        try
        {
            while (_received.TryTake(out var kind, out var body))
                _listener.Received(kind, body);
        }
        catch (Exception exception)
        {
            // Also what nobody has foreseen: the call fails, the application runs on.
            _damage = exception;
        }
    }

    private void ReadErrorText(int limit, bool isAlive)
    {
        Span<byte> text = stackalloc byte[4096];
        while (limit > 0 && _polled[ErrorText].Descriptor >= 0)
        {
            if (isAlive && !_listener.TakesStandardError(WakeUp))
            {
                PauseErrorText();
                return;
            }

            nint count;
            fixed (byte* bytes = text)
                count = Libc.Read(_polled[ErrorText].Descriptor, bytes, text.Length);
            if (count < 0 && Marshal.GetLastPInvokeError() == EINTR)
                continue;
            if (count < 0 && Marshal.GetLastPInvokeError() == EAGAIN)
                return;
            if (count <= 0)
            {
                StopPolling(ErrorText);
                return;
            }

            limit -= (int)count;
            _listener.WroteToStandardError(text[..(int)count]);
        }
    }

    private void PauseErrorText() => (_pausedErrorText, _polled[ErrorText].Descriptor) = (_polled[ErrorText].Descriptor, -1);

    private void ResumeErrorText()
    {
        if (_pausedErrorText >= 0)
            (_pausedErrorText, _polled[ErrorText].Descriptor) = (-1, _pausedErrorText);
    }

    /// <summary>poll(2) passes over negative descriptors, so one that has ended does not end every wait at once.</summary>
    private void StopPolling(int index)
    {
        lock (_gate)
        {
            if (_polled[index].Descriptor < 0)
                return;
            Close(_polled[index].Descriptor);
            _polled[index].Descriptor = -1;
        }
    }

    private ExitStatus Reap()
    {
        // siginfo_t: the code is its third number, the process id and user its fourth and fifth (after padding), the status its seventh.
        int* info = stackalloc int[32];
        if (WaitId(P_PIDFD, _polled[Death].Descriptor, info, WEXITED) != 0)
            return default;
        return info[2] == CLD_EXITED ? new ExitStatus(info[6], null) : new ExitStatus(null, info[6]);
    }

    private void CloseAll()
    {
        lock (_gate)
        {
            _closed = true;
            _unsent.Clear();
            Close(_lifeline);
            foreach (var polled in _polled)
            {
                if (polled.Descriptor >= 0)
                    Close(polled.Descriptor);
            }
        }
    }

    /// <summary>Ends a child that cannot be watched, and takes its zombie away.</summary>
    private static Win32Exception EndUnwatched(int processId, Win32Exception cause)
    {
        int* info = stackalloc int[32];
        _ = SendSignal(processId, Signals.Kill);
        _ = WaitId(P_PID, processId, info, WEXITED);
        return cause;
    }

    private static int KeepAbove(int descriptor) => PosixSpawn.KeepAbove(descriptor);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();
}
