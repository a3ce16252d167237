using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>The worker's end of the channel. Used by its main thread alone, which waits in it.</summary>
internal sealed class WorkerChannel(WorkerTransport transport)
{
    private readonly FrameBuffer _received = new();
    private readonly WireWriter _response = new();

    /// <summary>The shared memory that results which the parent may not have read yet refer to, by the number of the frame.</summary>
    private readonly Queue<Unread> _unread = new();
    private long _framesSent;

    /// <summary>Waits for the next frame; false when the parent sends no more. The body stays valid until the next call.</summary>
    public bool TryReceive(out FrameKind kind, out ReadOnlySpan<byte> body)
    {
        while (!_received.TryTake(out kind, out body))
        {
            var count = transport.Read(_received.Free());
            WorkerThread.ForgetInterrupt();
            if (count == 0)
                return false;
            _received.Filled(count);
        }

        return true;
    }

    /// <summary>Tells the parent that a call begins; false: it was taken back, and must not.</summary>
    public bool TryBegin(long callId)
    {
        while (_unread.TryPeek(out var oldest) && oldest.Frame <= transport.FramesRead)
            _unread.Dequeue().Memory.LetGo();
        return transport.TryBegin(callId);
    }

    /// <summary>For what the next result refers to.</summary>
    public MessageMemory NewMemory() => new(isLeft: false) { TakesBlocks = transport.TakesBlocks };

    public void Send(FrameKind kind)
    {
        Begin(kind);
        SendResponse();
    }

    public void SendError(FrameKind kind, long? callId, Exception exception)
    {
        var writer = Begin(kind);
        if (callId is { } id)
            writer.WriteInt64(id);
        RemoteError.Write(writer, exception);
        SendResponse();
    }

    /// <summary>Where the result of a call is written, before <see cref="SendResponse"/>.</summary>
    public WireWriter BeginResponse(long callId)
    {
        var writer = Begin(FrameKind.Completed);
        writer.WriteInt64(callId);
        return writer;
    }

    /// <param name="memory">What the result refers to, kept until the parent has read it.</param>
    public void SendResponse(MessageMemory? memory = null)
    {
        var frame = _response.Written;
        _response.SetInt32(0, frame.Length - Frame.HeaderLength);
        transport.Write(frame.Span);
        _framesSent++;
        if (memory is { IsEmpty: false })
            _unread.Enqueue(new(_framesSent, memory));
    }

    private WireWriter Begin(FrameKind kind)
    {
        _response.Clear();
        _response.WriteInt32(0);
        _response.WriteByte((byte)kind);
        return _response;
    }

    /// <summary>What a result refers to. A class: for those the framework has its queue compiled, which a worker would wait for else.</summary>
    private sealed record Unread(long Frame, MessageMemory Memory);
}
