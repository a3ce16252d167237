using System.Buffers;

namespace Tandem;

/// <summary>The bytes of one item, in a buffer that the thread uses again for the next.</summary>
internal readonly struct EncodedItem : IDisposable
{
    /// <summary>A larger buffer is left to the collector, lest each thread keep its largest item for ever.</summary>
    private const int LargestKept = 1 << 20;

    /// <summary>Taken out while in use: to encode an item may run code that encodes another.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_spare;

    private readonly ArrayBufferWriter<byte> _buffer;

    private EncodedItem(ArrayBufferWriter<byte> buffer) => _buffer = buffer;

    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    public IBufferWriter<byte> Writer => _buffer;

    public static EncodedItem Empty()
    {
        var buffer = t_spare ?? new ArrayBufferWriter<byte>(256);
        t_spare = null;
        return new EncodedItem(buffer);
    }

    public static EncodedItem Encode<T>(T item)
    {
        var encoded = Empty();
        Payload.Write(encoded._buffer, item);
        return encoded;
    }

    public void Dispose()
    {
        _buffer.ResetWrittenCount();
        if (_buffer.Capacity <= LargestKept)
            t_spare = _buffer;
    }
}
