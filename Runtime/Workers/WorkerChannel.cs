using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>The worker's end of the channel. Used by its main thread alone, which waits in it.</summary>
internal sealed class WorkerChannel(WorkerDescriptors descriptors)
{
    private readonly FileStream _requests = WorkerSelf.Open(descriptors.Requests, FileAccess.Read);
    private readonly FileStream _responses = WorkerSelf.Open(descriptors.Responses, FileAccess.Write);
    private readonly FrameBuffer _received = new();
    private readonly WireWriter _response = new();

    /// <summary>Waits for the next frame; false when the parent sends no more. The body stays valid until the next call.</summary>
    public bool TryReceive(out FrameKind kind, out ReadOnlySpan<byte> body)
    {
        while (!_received.TryTake(out kind, out body))
        {
            var count = _requests.Read(_received.Free());
            if (count == 0)
                return false;
            _received.Filled(count);
        }

        return true;
    }

    public void Send(FrameKind kind)
    {
        Begin(kind);
        SendResponse();
    }

    public void SendBegan(long callId)
    {
        Begin(FrameKind.Began).WriteInt64(callId);
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

    public void SendResponse()
    {
        var frame = _response.Written;
        _response.SetInt32(0, frame.Length - Frame.HeaderLength);
        _responses.Write(frame.Span);
    }

    private WireWriter Begin(FrameKind kind)
    {
        _response.Clear();
        _response.WriteInt32(0);
        _response.WriteByte((byte)kind);
        return _response;
    }
}
