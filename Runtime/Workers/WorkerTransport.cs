using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>How a worker's frames travel, seen from the worker. Used by its main thread alone, which waits in it.</summary>
internal abstract class WorkerTransport
{
    public static WorkerTransport Open(WorkerDescriptors descriptors) =>
        descriptors.Memory is { } memory ? new RingTransport(descriptors, memory) : new StreamTransport(descriptors);

    /// <summary>Whether the parent opens our <see cref="LargeBlock"/>s.</summary>
    public abstract bool TakesBlocks { get; }

    /// <summary>How many of the frames that were sent the parent has read, at least.</summary>
    public abstract long FramesRead { get; }

    /// <summary>Waits for bytes from the parent; 0: there will be no more.</summary>
    public abstract int Read(Span<byte> buffer);

    /// <summary>Sends one whole frame.</summary>
    public abstract void Write(ReadOnlySpan<byte> frame);

    /// <summary>Tells the parent that a call begins. False: it was taken back, and must not.</summary>
    public abstract bool TryBegin(long callId);
}

/// <summary>Two streams.</summary>
internal sealed class StreamTransport(WorkerDescriptors descriptors) : WorkerTransport
{
    private readonly FileStream _requests = WorkerSelf.Open(descriptors.Requests, FileAccess.Read);
    private readonly FileStream _responses = WorkerSelf.Open(descriptors.Responses, FileAccess.Write);
    private readonly WireWriter _begun = new();
    private long _framesRead;
    private long _framesSent;

    public override bool TakesBlocks => false;

    public override long FramesRead => _framesRead;

    public override int Read(Span<byte> buffer)
    {
        var count = _requests.Read(buffer);

        // The parent has read one result before it sends the next call.
        _framesRead = _framesSent;
        return count;
    }

    public override void Write(ReadOnlySpan<byte> frame)
    {
        _responses.Write(frame);
        _framesSent++;
    }

    public override bool TryBegin(long callId)
    {
        _begun.Clear();
        _begun.WriteInt32(sizeof(long));
        _begun.WriteByte((byte)FrameKind.Began);
        _begun.WriteInt64(callId);
        Write(_begun.Written.Span);
        return true;
    }
}
