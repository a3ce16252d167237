using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tandem.Workers;

/// <summary>Writes what goes to the other process: numbers as this machine has them, strings as UTF-16, which also has what is no text, blocks with their length before them.</summary>
internal sealed class WireWriter : IBufferWriter<byte>
{
    private const int InitialSize = 256;
    private const int KeptSize = 1024 * 1024;

    private byte[] _buffer = new byte[InitialSize];
    private int _written;

    /// <summary>The most bytes that it takes; at least a few hundred.</summary>
    public int MaxLength { get; set; } = Array.MaxLength;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _written);

    public void WriteByte(byte value)
    {
        GetSpan(1)[0] = value;
        Advance(1);
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(GetSpan(sizeof(int)), value);
        Advance(sizeof(int));
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(GetSpan(sizeof(long)), value);
        Advance(sizeof(long));
    }

    public void WriteGuid(Guid value)
    {
        value.TryWriteBytes(GetSpan(16));
        Advance(16);
    }

    public void WriteString(string value)
    {
        var block = BeginBlock();
        WriteBytes(MemoryMarshal.AsBytes(value.AsSpan()));
        EndBlock(block);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>Begins a block whose length is filled in by <see cref="EndBlock"/>.</summary>
    public int BeginBlock()
    {
        WriteInt32(0);
        return _written;
    }

    public void EndBlock(int block) => SetInt32(block - sizeof(int), _written - block);

    public void SetInt32(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(position), value);

    /// <summary>Begins anew; a buffer that one large value blew up goes back.</summary>
    public void Clear()
    {
        _written = 0;
        if (_buffer.Length > KeptSize)
            _buffer = new byte[InitialSize];
    }

    /// <summary>What was written, for good: the writer goes on with other memory.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        ReadOnlyMemory<byte> taken;
        if (_written <= _buffer.Length / 2 || _buffer.Length <= InitialSize)
            taken = _buffer.AsSpan(0, _written).ToArray();
        else
            (taken, _buffer) = (Written, new byte[InitialSize]);
        _written = 0;
        return taken;
    }

    public void Advance(int count) => _written += count;

    public Span<byte> GetSpan(int sizeHint = 0) => Reserve(sizeHint).AsSpan(_written);

    public Memory<byte> GetMemory(int sizeHint = 0) => Reserve(sizeHint).AsMemory(_written);

    private byte[] Reserve(int size)
    {
        var needed = (long)_written + Math.Max(size, 1);
        if (needed > _buffer.Length)
            Grow(needed);
        return _buffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(long needed)
    {
        if (needed > MaxLength)
            throw new NotSupportedException("The values are larger than 2 GB together, the most that one call can carry. Split them, or put them in a file and pass its path.");
        Array.Resize(ref _buffer, (int)Math.Min(MaxLength, Math.Max(needed, 2L * _buffer.Length)));
    }
}
