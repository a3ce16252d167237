using System.Buffers;
using System.Runtime.InteropServices;

namespace Tandem;

/// <summary>Strings as UTF-16: no conversion, and a lone surrogate survives.</summary>
internal sealed class StringPayloadFormat : PayloadFormat<string?>
{
    public override void Write(IBufferWriter<byte> output, string? value)
    {
        if (value is null)
            RawPayload.WriteNull(output);
        else
            RawPayload.Write<char>(output, value);
    }

    public override string? Read(ReadOnlySpan<byte> payload)
    {
        using var characters = RawPayload.Read(payload, sizeof(char));
        if (!characters.IsPresent)
            return null;
        var text = new string('\0', characters.Length / sizeof(char));
        // Not seen by anybody yet, so it may be written; a cast of the bytes to chars would need them aligned.
        characters.CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(text.AsSpan()), text.Length)));
        return text;
    }
}
