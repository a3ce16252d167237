using System.Buffers;

namespace Tandem;

/// <summary>Memory of unmanaged elements, as the array of what it shows.</summary>
internal sealed class MemoryPayloadFormat<TElement> : PayloadFormat<Memory<TElement>>
    where TElement : struct
{
    public override void Write(IBufferWriter<byte> output, Memory<TElement> value) => RawPayload.Write<TElement>(output, value.Span);

    public override Memory<TElement> Read(ReadOnlySpan<byte> payload) => PayloadFormat<TElement[]>.Instance.Read(payload);
}

/// <inheritdoc cref="MemoryPayloadFormat{TElement}"/>
internal sealed class ReadOnlyMemoryPayloadFormat<TElement> : PayloadFormat<ReadOnlyMemory<TElement>>
    where TElement : struct
{
    public override void Write(IBufferWriter<byte> output, ReadOnlyMemory<TElement> value) => RawPayload.Write(output, value.Span);

    public override ReadOnlyMemory<TElement> Read(ReadOnlySpan<byte> payload) => PayloadFormat<TElement[]>.Instance.Read(payload);
}
