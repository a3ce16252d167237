using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tandem;

/// <summary>Arrays of unmanaged elements, in one copy each way.</summary>
internal sealed class ArrayPayloadFormat<TElement> : PayloadFormat<TElement[]?>
    where TElement : struct
{
    public override void Write(IBufferWriter<byte> output, TElement[]? value)
    {
        if (value is null)
            RawPayload.WriteNull(output);
        else
            RawPayload.Write<TElement>(output, value);
    }

    public override TElement[]? Read(ReadOnlySpan<byte> payload)
    {
        using var elements = RawPayload.Read(payload, Unsafe.SizeOf<TElement>());
        if (!elements.IsPresent)
            return null;
        var array = GC.AllocateUninitializedArray<TElement>(elements.Length / Unsafe.SizeOf<TElement>());
        elements.CopyTo(MemoryMarshal.AsBytes(array.AsSpan()));
        return array;
    }
}
