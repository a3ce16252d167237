using System.Buffers;
using Tandem.Platform;

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

    /// <summary>What the item refers to; withdrawn unless the item gets in.</summary>
    private readonly MessageMemory? _memory;

    private EncodedItem(ArrayBufferWriter<byte> buffer, MessageMemory? memory)
    {
        _buffer = buffer;
        _memory = memory;
    }

    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    public ArrayBufferWriter<byte> Writer => _buffer;

    public static EncodedItem Empty() => Make(memory: null);

    public static EncodedItem Encode<T>(T item)
    {
        if (Payload.MayReferToMemory<T>())
            return EncodeWithReferences(item);
        var encoded = Empty();
        Payload.Write(encoded._buffer, item);
        return encoded;
    }

    /// <summary>The item is in the queue, and what it refers to belongs to whoever takes it.</summary>
    public void MarkIn() => _memory?.LetGo();

    public void Dispose()
    {
        _memory?.Withdraw();
        _buffer.ResetWrittenCount();
        if (_buffer.Capacity <= LargestKept)
            t_spare = _buffer;
    }

    private static EncodedItem EncodeWithReferences<T>(T item)
    {
        var encoded = Make(new MessageMemory(isLeft: true));
        try
        {
            using var noting = encoded._memory!.Write();
            Payload.Write(encoded._buffer, item);
            return encoded;
        }
        catch
        {
            encoded.Dispose();
            throw;
        }
    }

    private static EncodedItem Make(MessageMemory? memory)
    {
        var buffer = t_spare ?? new ArrayBufferWriter<byte>(256);
        t_spare = null;
        return new EncodedItem(buffer, memory);
    }
}
