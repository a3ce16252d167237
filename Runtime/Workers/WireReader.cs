using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tandem.Workers;

/// <summary>Reads what a <see cref="WireWriter"/> wrote. Every length is checked against what is there; what does not fit is an <see cref="InvalidDataException"/>.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte ReadByte() => Take(1)[0];

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public Guid ReadGuid() => new(Take(16));

    public string ReadString() => new(MemoryMarshal.Cast<byte, char>(ReadBlock()));

    public ReadOnlySpan<byte> ReadBlock() => Take(ReadInt32());

    public ReadOnlySpan<byte> ReadRest() => Take(_rest.Length);

    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)_rest.Length)
            throw new InvalidDataException($"A message of the worker protocol is damaged: {length} bytes were announced, {_rest.Length} are there.");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
