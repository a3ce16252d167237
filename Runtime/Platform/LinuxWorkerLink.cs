using System.ComponentModel;
using System.Runtime.InteropServices;
using Tandem.Workers;
using static Tandem.Platform.Libc;

namespace Tandem.Platform;

/// <summary>
/// A worker over shared memory, watched through a pidfd; over a socket pair each side wakes the other. One thread polls all that can happen,
/// so its callers see events one at a time, and nobody who holds a copy of a descriptor (a grandchild with the worker's standard error, say)
/// can keep the end from being seen.
/// </summary>
internal sealed unsafe class LinuxWorkerLink : WorkerLink
{
    // What the thread polls, by its place in the list.
    private const int Wake = 0, Bell = 1, ErrorText = 2, Death = 3, OutputText = 4;

    /// <summary>
    /// For how long the worker may be silent while more than one frame is awaited before the next one; then it is at something longer, and tells each at once.
    /// </summary>
    private const int BatchMilliseconds = 1;

    /// <summary>What a dead worker left in a pipe is read up to here; a grandchild could write for ever.</summary>
    private const int MaxLastWords = 1024 * 1024;

    /// <summary>How much of a standard stream is read before the frames and the death get their turn: a worker could write faster than it is read.</summary>
    private const int TextTurn = 64 * 1024;

    /// <summary>
    /// A worker that closed its socket is about to end, and its exit code or signal is worth waiting for; one that lives on is ended.
    /// </summary>
    private const int MuteMilliseconds = 2000;

    private readonly IWorkerListener _listener;
    private readonly Leader _leader;
    private readonly string _name;
    private readonly int _lifeline;
    private readonly ChildDescriptor _death;
    private readonly PollFd[] _polled;

    private readonly WorkerMemory _memory;
    private readonly CallClaims _claims;

    /// <summary>Guards the descriptors and the memory against use after they are closed, and the order of what is sent.</summary>
    private readonly Lock _gate = new();
    private readonly RingSender _requests;

    // The watching thread's own: what has come, how many frames, and after how many more it is to be woken.
    private readonly RingReader _responses;
    private readonly FrameBuffer _received = new();
    private bool _isAlive = true;
    private long _framesRead;
    private int _wakeAfter = 1;
    private bool _ranUserCode;
    private AdaptiveSpin _spin;
    private bool _closed;
    private Exception? _damage;

    /// <summary>The pipes of the standard streams while they are not polled, else -1. The watching thread's own.</summary>
    private readonly int[] _paused;

    /// <summary>When a worker that closed its channel is ended, the largest number once it was; null: it has not closed it.</summary>
    private long? _muteUntil;

    private LinuxWorkerLink(int processId, string name, IWorkerListener listener, WorkerMemory memory, int bell, int lifeline, int errorText, ChildDescriptor death, int wake, int outputText)
    {
        _memory = memory;
        _claims = memory.Claims;
        _requests = new RingSender(memory);
        _responses = memory.ReadResponses();
        ProcessId = processId;
        _name = name;
        _listener = listener;
        _leader = new Leader($"Tandem {name}", Watch);
        _lifeline = lifeline;
        _death = death;
        _polled =
        [
            new() { Descriptor = wake, Events = POLLIN },
            new() { Descriptor = bell, Events = POLLIN },
            new() { Descriptor = errorText, Events = POLLIN },
            new() { Descriptor = death.Number, Events = POLLIN },
            new() { Descriptor = outputText, Events = POLLIN },
        ];
        _paused = Array.ConvertAll(_polled, static _ => -1);
    }

    public override int ProcessId { get; }

    public override int MaxAhead => CallClaims.Count / 2;

    public static new LinuxWorkerLink Start(WorkerLaunch launch, IWorkerListener listener)
    {
        List<int> own = [], childs = [];
        WorkerMemory? memory = null;
        try
        {
            memory = WorkerMemory.Create(out var shared);
            childs.Add(KeepAbove(shared));
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
            if (launch.Surroundings.PipesOutput)
            {
                Check(Pipe(pair, O_CLOEXEC));
                own.Add(pair[0]);
                childs.Add(KeepAbove(pair[1]));
                Check(Fcntl(own[4], F_SETFL, O_NONBLOCK));
            }

            // Its own name is what ps shows first; who it really is, the program asks the kernel.
            IEnumerable<string> arguments = [launch.Name, .. launch.Command.Arguments, .. WorkerArguments.Format(launch.Name, WorkerDescriptors.Chosen)];
            var processId = PosixSpawn.Start(launch.Command.Program, arguments, launch.Environment().Select(v => $"{v.Key}={v.Value}"), launch.Surroundings.WorkingDirectory,
                [(childs[1], WorkerDescriptors.ChannelNumber), (childs[2], WorkerDescriptors.LifelineNumber), (childs[3], StandardStream.Error), (childs[0], WorkerDescriptors.MemoryNumber),
                    .. childs[4..].Select(static output => (output, StandardStream.Output))]);

            return new LinuxWorkerLink(processId, launch.Name, listener, memory, own[0], own[1], own[2], ChildDescriptor.Open(processId), own[3], own.Count > 4 ? own[4] : -1);
        }
        catch (Exception exception)
        {
            memory?.Dispose();
            foreach (var descriptor in own)
                Close(descriptor);
            throw launch.CannotStart(exception);
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
            _leader.Start();
        }
        catch (Exception)
        {
            Kill();
            _death.Reap();
            CloseAll();
            _memory.Dispose();
            throw;
        }
    }

    public override void Send(long callId, ReadOnlySpan<byte> head, ReadOnlyMemory<byte> rest)
    {
        lock (_gate)
        {
            // Also to a worker that has just been found dead: a call that it was offered and has not begun goes to another.
            if (callId != 0)
                _claims.Offer(callId);
            if (_closed)
                return;
            try
            {
                _requests.Send(head, rest);
            }
            catch (InvalidDataException exception)
            {
                DamagedLocked(exception);
            }
        }
    }

    public override void Flush()
    {
        lock (_gate)
        {
            if (!_closed)
                FlushLocked();
        }
    }

    public override bool TryWithdraw(long callId)
    {
        lock (_gate)
            return !_closed && _claims.TryWithdraw(callId);
    }

    public override bool HasBegun(long callId) => _claims.HasBegun(callId);

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
                Shutdown(_polled[Bell].Descriptor, SHUT_WR);
        }
    }

    public override void Kill() => SendSignal(Signals.Kill);

    public override bool TryTerminate()
    {
        SendSignal(Signals.Terminate);
        return true;
    }

    private void SendSignal(int signal)
    {
        lock (_gate)
        {
            if (!_closed)
                _death.SendSignal(signal);
        }
    }

    private void Watch()
    {
        while (_isAlive)
        {
            WaitForEvents();
            if (Happened(Wake))
            {
                ClearWake();
                ResumeTexts();
            }

            ReadTexts(TextTurn);
            if (Happened(Bell) && !ClearBell())
                StopPolling(Bell);
            _isAlive = !Happened(Death);
            if (_isAlive)
                Exchange();
            if (_listener.TakeUserCode() is not { } code)
                continue;
            if (!_leader.Run(code))
                return;
            _ranUserCode = true;
        }

        // The worker may have sent its last result and its last words just before it died.
        ReadFrames();
        ResumeTexts();
        ReadTexts(MaxLastWords);
        var status = _death.Reap();
        CloseAll();
        LeaderRelief.Forget(_leader);
        _listener.Exited(status, _damage);
        lock (_gate)
            _memory.Dispose();
    }

    private void WaitForEvents()
    {
        // Whoever went on with one result has asked for the next. Else he may need this core to do so.
        if (_ranUserCode && _listener.ExpectsFrames)
            _spin.Until(_responses);
        _ranUserCode = false;

        // In this order: sent between the two, the worker sees that it is to wake us.
        Interlocked.Exchange(ref _memory.State.WakeParentAt, _framesRead + _wakeAfter);
        var isSilent = _damage is not null || _responses.IsEmpty;
        var timeout = !isSilent ? 0 : _wakeAfter > 1 ? BatchMilliseconds : MuteTimeLeft();

        int count;
        fixed (PollFd* polled = _polled)
            count = Poll(polled, (nuint)_polled.Length, timeout);
        for (var i = 0; i < _polled.Length && count < 0; i++)
            _polled[i].Returned = 0;
        if (count == 0 && isSilent && _responses.IsEmpty)
            _wakeAfter = 1;
        Volatile.Write(ref _memory.State.WakeParentAt, WorkerMemory.Never);
        if (MuteTimeLeft() == 0)
        {
            Kill();
            _muteUntil = long.MaxValue;
        }
    }

    /// <summary>The milliseconds that a worker without a socket has left, whatever else it still does; infinite for others.</summary>
    private int MuteTimeLeft()
    {
        if (_polled[Bell].Descriptor >= 0)
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

    /// <summary>False: the worker has closed its end.</summary>
    private bool ClearBell()
    {
        byte* rings = stackalloc byte[64];
        return Receive(_polled[Bell].Descriptor, rings, 64, MSG_DONTWAIT) != 0;
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
        ReadFrames();
        lock (_gate)
        {
            if (_requests.HasUnsent)
                FlushLocked();
        }

        if (_damage is not null)
            Kill();
    }

    private void FlushLocked()
    {
        try
        {
            if (_requests.Flush())
                RingLocked();
        }
        catch (InvalidDataException exception)
        {
            DamagedLocked(exception);
        }
    }

    /// <summary>The worker has damaged the memory: it is killed, and its end tells why.</summary>
    private void DamagedLocked(InvalidDataException exception)
    {
        _damage ??= exception;
        _death.SendSignal(Signals.Kill);
    }

    private void RingLocked()
    {
        byte ring = 1;

        // Full: it has been rung. Broken: the worker's death is being told already.
        if (_polled[Bell].Descriptor >= 0)
            _ = Libc.Send(_polled[Bell].Descriptor, &ring, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    /// <summary>Reads and tells all whole frames that are there.</summary>
    private void ReadFrames()
    {
        try
        {
            while (_damage is null && _responses.Read(_received.Free()) is > 0 and var count)
            {
                _received.Filled(count);
                TellFrames();
                Interlocked.Exchange(ref _memory.State.FramesRead, _framesRead);
                if (Volatile.Read(ref _memory.State.WorkerAwaitsRoom) == 0 || Interlocked.Exchange(ref _memory.State.WorkerAwaitsRoom, 0) == 0)
                    continue;
                lock (_gate)
                    RingLocked();
            }
        }
        catch (InvalidDataException exception)
        {
            _damage = exception;
        }
    }

    private void TellFrames()
    {
        try
        {
            while (_received.TryTake(out var kind, out var body))
            {
                _listener.Received(kind, body);
                _framesRead++;
            }

            // One that has died gets nothing more.
            if (_isAlive)
                _wakeAfter = _listener.ReceivedAll();
        }
        catch (Exception exception)
        {
            // Also what nobody has foreseen: the call fails, the application runs on.
            _damage = exception;
        }
    }

    private void ReadTexts(int limit)
    {
        if (Happened(ErrorText) || !_isAlive)
            ReadText(ErrorText, WorkerStream.Error, limit);
        if (Happened(OutputText) || !_isAlive)
            ReadText(OutputText, WorkerStream.Output, limit);
    }

    private void ReadText(int index, WorkerStream stream, int limit)
    {
        Span<byte> text = stackalloc byte[4096];
        while (limit > 0 && _polled[index].Descriptor >= 0)
        {
            if (_isAlive && !_listener.TakesText(stream, WakeUp))
            {
                Pause(index);
                return;
            }

            nint count;
            fixed (byte* bytes = text)
                count = Libc.Read(_polled[index].Descriptor, bytes, text.Length);
            if (count < 0 && Marshal.GetLastPInvokeError() == EINTR)
                continue;
            if (count < 0 && Marshal.GetLastPInvokeError() == EAGAIN)
                return;
            if (count <= 0)
            {
                StopPolling(index);
                return;
            }

            limit -= (int)count;
            _listener.Wrote(stream, text[..(int)count]);
        }
    }

    private void Pause(int index) => (_paused[index], _polled[index].Descriptor) = (_polled[index].Descriptor, -1);

    private void ResumeTexts()
    {
        for (var i = 0; i < _paused.Length; i++)
        {
            if (_paused[i] >= 0)
                (_paused[i], _polled[i].Descriptor) = (-1, _paused[i]);
        }
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

    private void CloseAll()
    {
        lock (_gate)
        {
            _closed = true;
            _requests.Clear();
            Close(_lifeline);
            foreach (var polled in _polled)
            {
                if (polled.Descriptor >= 0)
                    Close(polled.Descriptor);
            }
        }
    }

    private static int KeepAbove(int descriptor) => PosixSpawn.KeepAbove(descriptor);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();
}
