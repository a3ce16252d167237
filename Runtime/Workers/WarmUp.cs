namespace Tandem.Workers;

/// <summary>
/// Runs calls that do nothing through all that a worker does for one, over no channel: a worker that is kept ready has the time to have that
/// compiled before the first call comes.
/// </summary>
internal static class WarmUp
{
    /// <summary>From the second one on, reflection calls through compiled code.</summary>
    private const int Calls = 3;

    /// <summary>What such a worker would read.</summary>
    public static WorkerTransport Frames()
    {
        var frames = new WireWriter();
        Add(frames, WorkReference.To<Func<int, int>>(Nothing), 1);
        Add(frames, WorkReference.To<Func<string, string>>(Nothing), "");
        Add(frames, WorkReference.To<Func<Example, Example>>(Nothing), new Example("", []));
        return new Canned(frames.Written);
    }

    private static void Add<T>(WireWriter frames, WorkReference work, T argument)
    {
        var writer = RequestWriter.Begin(work, isChunk: false, takesBlocks: false, serializer: null);
        writer.Write(argument);
        var request = writer.End();
        for (var call = 0; call < Calls; call++)
        {
            var start = frames.Written.Length;
            frames.WriteInt32(0);
            frames.WriteByte((byte)FrameKind.Call);
            frames.WriteInt64(call);
            frames.WriteInt32(work.Id);
            var definition = frames.BeginBlock();
            frames.WriteBytes(work.Definition.Span);
            frames.EndBlock(definition);
            frames.WriteBytes(request.Body.Span);
            frames.SetInt32(start, frames.Written.Length - start - Frame.HeaderLength);
        }
    }

    private static T Nothing<T>(T argument) => argument;

    /// <summary>Something that goes as JSON.</summary>
    private sealed record Example(string Text, List<int> Numbers);

    private sealed class Canned(ReadOnlyMemory<byte> frames) : WorkerTransport
    {
        private ReadOnlyMemory<byte> _rest = frames;

        public override bool TakesBlocks => false;

        public override long FramesRead => 0;

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest.Span[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override void Write(ReadOnlySpan<byte> frame)
        {
        }

        public override bool TryBegin(long callId) => true;
    }
}
