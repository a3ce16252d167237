namespace Tandem;

/// <summary>The bytes of several items, one after the other.</summary>
internal readonly ref struct EncodedBatch
{
    /// <summary>Enough to be worth one hold of the lock.</summary>
    private const int Most = 1024, MostBytes = 256 << 10;

    private readonly EncodedItem _buffer;

    private EncodedBatch(EncodedItem buffer, int[] lengths, int count)
    {
        _buffer = buffer;
        Lengths = lengths.AsSpan(0, count);
    }

    /// <summary>How many bytes are each item's.</summary>
    public ReadOnlySpan<int> Lengths { get; }

    /// <summary>The first ones of the items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="fitting">How many may fit at a time; 0 for any number.</param>
    /// <param name="largest">An item of more bytes ends the batch, without being in it.</param>
    public static EncodedBatch Encode<T>(ReadOnlySpan<T> items, int fitting, long largest)
    {
        var buffer = EncodedItem.Empty();
        try
        {
            var lengths = new int[Math.Min(items.Length, fitting == 0 ? Most : Math.Min(fitting, Most))];
            var count = 0;
            for (var written = 0; count < lengths.Length && written < MostBytes; count++)
            {
                Payload.Write(buffer.Writer, items[count]);
                lengths[count] = buffer.Bytes.Length - written;
                if (lengths[count] > largest)
                    break;
                written = buffer.Bytes.Length;
            }

            return new EncodedBatch(buffer, lengths, count);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of the items from this one on.</summary>
    public ReadOnlySpan<byte> BytesFrom(int item)
    {
        var start = 0;
        foreach (var length in Lengths[..item])
            start += length;
        return _buffer.Bytes[start..];
    }

    public void Dispose() => _buffer.Dispose();
}
