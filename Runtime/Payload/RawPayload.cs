using System.Buffers;
using System.Runtime.InteropServices;

namespace Tandem;

/// <summary>A sequence of unmanaged elements as one byte that tells null from empty, then the elements as they lie in memory.</summary>
internal static class RawPayload
{
    private const byte Null = 0;
    private const byte Present = 1;

    public static void WriteNull(IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = Null;
        output.Advance(1);
    }

    public static void Write<TElement>(IBufferWriter<byte> output, ReadOnlySpan<TElement> elements)
        where TElement : struct
    {
        var bytes = MemoryMarshal.AsBytes(elements);
        var target = output.GetSpan(checked(1 + bytes.Length));
        target[0] = Present;
        bytes.CopyTo(target[1..]);
        output.Advance(1 + bytes.Length);
    }

    /// <summary>The bytes of the elements; false for null.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, int elementSize, out ReadOnlySpan<byte> elements)
    {
        if (payload is [Null])
        {
            elements = default;
            return false;
        }

        if (payload is not [Present, ..] || (payload.Length - 1) % elementSize != 0)
            throw new InvalidDataException($"{payload.Length} bytes arrived that are no whole number of elements of {elementSize} bytes.");
        elements = payload[1..];
        return true;
    }
}
