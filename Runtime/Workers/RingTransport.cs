using System.Globalization;
using System.Runtime.InteropServices;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>Two rings in memory shared with the parent, and a socket by which each wakes the other.</summary>
internal sealed class RingTransport : WorkerTransport
{
    private readonly FileStream _bell;
    private readonly WorkerMemory _memory;
    private readonly RingReader _requests;
    private readonly RingWriter _responses;
    private readonly CallClaims _claims;
    private readonly IdleMemory _idle = new();
    private AdaptiveSpin _spin;
    private long _framesSent;

    public RingTransport(WorkerDescriptors descriptors, string memory)
    {
        _bell = WorkerSelf.Open(descriptors.Requests, FileAccess.ReadWrite);
        var descriptor = int.Parse(memory, CultureInfo.InvariantCulture);
        _memory = WorkerMemory.Open(descriptor);

        // Programs that the work starts are not to have it.
        _ = Libc.Close(descriptor);
        Libc.LimitReceive((int)_bell.SafeFileHandle.DangerousGetHandle(), IdleMemory.Seconds);
        _requests = _memory.ReadRequests();
        _responses = _memory.WriteResponses();
        _claims = _memory.Claims;
    }

    public override bool TakesBlocks => true;

    public override long FramesRead => Volatile.Read(ref _memory.State.FramesRead);

    public override bool TryBegin(long callId)
    {
        _idle.IsDue = true;
        return _claims.TryBegin(callId);
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = _requests.Read(buffer);
            if (count > 0)
            {
                WakeParentForRoom();
                return count;
            }

            if (!WaitForRequests())
                return _requests.Read(buffer);
        }
    }

    public override void Write(ReadOnlySpan<byte> frame)
    {
        ref var state = ref _memory.State;
        while (true)
        {
            frame = frame[_responses.Write(frame)..];
            if (frame.IsEmpty)
                break;

            // In this order: read between the two, the parent sees that it is to wake us.
            _responses.Publish();
            Interlocked.Exchange(ref state.WorkerAwaitsRoom, 1);
            var written = _responses.Write(frame);
            frame = frame[written..];
            if (written > 0 || frame.IsEmpty)
            {
                Volatile.Write(ref state.WorkerAwaitsRoom, 0);
                continue;
            }

            if (Interlocked.Exchange(ref state.WakeParentAt, WorkerMemory.Never) != WorkerMemory.Never)
                WakeParent();
            if (!Park(isIdle: false))
                return;
        }

        _responses.Publish();
        _framesSent++;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref state.WakeParentAt) > _framesSent)
            return;
        Volatile.Write(ref state.WakeParentAt, WorkerMemory.Never);
        WakeParent();
    }

    private bool WaitForRequests()
    {
        if (_spin.Until(_requests))
            return true;

        // In this order: sent between the two, the parent sees that it is to wake us.
        Interlocked.Exchange(ref _memory.State.WorkerAwaitsRequests, 1);
        if (_requests.IsEmpty)
            return Park(isIdle: true);
        Volatile.Write(ref _memory.State.WorkerAwaitsRequests, 0);
        return true;
    }

    private void WakeParentForRoom()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _memory.State.ParentAwaitsRoom) != 0 && Interlocked.Exchange(ref _memory.State.ParentAwaitsRoom, 0) != 0)
            WakeParent();
    }

    /// <summary>Waits until the parent rings; false when it will not ring any more.</summary>
    private unsafe bool Park(bool isIdle)
    {
        byte* rings = stackalloc byte[64];
        var bell = new Libc.PollFd { Descriptor = (int)_bell.SafeFileHandle.DangerousGetHandle(), Events = Libc.POLLIN };
        nint count;
        while ((count = Libc.Receive(bell.Descriptor, rings, 64, 0)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Libc.EINTR)
                continue;
            if (error != Libc.EAGAIN)
                return false;
            if (isIdle && _idle.IsDue)
                _idle.Release();

            // From now on without a limit.
            _ = Libc.Poll(&bell, 1, Timeout.Infinite);
        }

        return count > 0;
    }

    private void WakeParent() => _bell.Write([1]);
}
