using System.Buffers.Binary;

namespace Tandem.Workers;

/// <summary>What a frame says. The first two and the last two go to the worker, the others come from it.</summary>
internal enum FrameKind : byte
{
    /// <summary>The first frame: 1 where the worker is kept ready for later, else 0; the type of a serializer, or nothing, as a block; then the work to run before the first task, or nothing.</summary>
    Initialize = 1,

    /// <summary>A call: its id, the work and the arguments.</summary>
    Call,

    /// <summary>The worker has started and is initialized.</summary>
    Ready,

    /// <summary>The initializer threw: the error.</summary>
    InitializerFailed,

    /// <summary>A call's id: the worker has taken it and begins. A call whose worker dies before this can safely go to another one.</summary>
    Began,

    /// <summary>A call's id and its result.</summary>
    Completed,

    /// <summary>A call's id and what it threw.</summary>
    Failed,

    /// <summary>Of which activity the next call is a part: trace parent and trace state.</summary>
    Trace,

    /// <summary>The only call, as in <see cref="Call"/>: the worker ends with it.</summary>
    Run,
}

/// <summary>A frame on the wire: the length of its body, four bytes; its kind, one; the body.</summary>
internal static class Frame
{
    public const int HeaderLength = sizeof(int) + 1;

    /// <summary>A frame is put together in one array.</summary>
    public static readonly int MaxBodyLength = Array.MaxLength - HeaderLength;

    /// <summary>The first frame.</summary>
    public static ReadOnlySpan<byte> Initialize(bool isKeptReady, ChosenSerializer? serializer, WorkReference? initializer)
    {
        var frame = new WireWriter();
        frame.WriteInt32(0);
        frame.WriteByte((byte)FrameKind.Initialize);
        frame.WriteByte(isKeptReady ? (byte)1 : (byte)0);
        var block = frame.BeginBlock();
        if (serializer is not null)
            frame.WriteBytes(serializer.Definition.Span);
        frame.EndBlock(block);
        if (initializer is not null)
            frame.WriteBytes(initializer.Definition.Span);
        frame.SetInt32(0, frame.Written.Length - HeaderLength);
        return frame.Written.Span;
    }
}
