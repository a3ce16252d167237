using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>How far a ring was written and read, in bytes since its beginning. Each on a cache line of its own, since each has another writer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct RingCursors
{
    [FieldOffset(0)]
    public long Written;

    [FieldOffset(64)]
    public long Read;
}

/// <summary>
/// The writing end of a stream of bytes through shared memory with one writer and one reader (L. Lamport, "Specifying Concurrent Program
/// Modules", 1983). What is written counts only once it is published, so a writer that is killed leaves no half of it.
/// </summary>
/// <remarks>Each end keeps its own cursor to itself and believes of the other's only what can be true: who damages the memory gets an exception, and nobody reads or writes beyond it.</remarks>
internal sealed unsafe class RingWriter(RingCursors* cursors, byte* bytes, int capacity)
{
    private long _written;

    /// <summary>How far the reader was when last seen.</summary>
    private long _read;

    /// <summary>Writes as much as there is room for. Returns how many bytes that was.</summary>
    /// <exception cref="InvalidDataException">The reader's cursor makes no sense.</exception>
    public int Write(ReadOnlySpan<byte> source)
    {
        var read = Volatile.Read(ref cursors->Read);
        if (read < _read || read > _written)
            throw new InvalidDataException($"{read} bytes of a ring are said to be read, where {_written} were written and {_read} read before.");

        _read = read;
        var count = (int)Math.Min(source.Length, capacity - (_written - read));
        var at = (int)(_written % capacity);
        var first = Math.Min(count, capacity - at);
        source[..first].CopyTo(new Span<byte>(bytes + at, first));
        source[first..count].CopyTo(new Span<byte>(bytes, count - first));
        _written += count;
        return count;
    }

    /// <summary>Lets the reader see what was written.</summary>
    public void Publish() => Volatile.Write(ref cursors->Written, _written);
}

/// <summary>The reading end; see <see cref="RingWriter"/>.</summary>
internal sealed unsafe class RingReader(RingCursors* cursors, byte* bytes, int capacity)
{
    private long _read;

    public bool IsEmpty => Volatile.Read(ref cursors->Written) == _read;

    /// <summary>Takes what is there, up to the size of the buffer. Returns how many bytes that was.</summary>
    /// <exception cref="InvalidDataException">The writer's cursor makes no sense.</exception>
    public int Read(Span<byte> buffer)
    {
        var there = Volatile.Read(ref cursors->Written) - _read;
        if (there < 0 || there > capacity)
            throw new InvalidDataException($"{there} bytes are said to be in a ring of {capacity}.");

        var count = (int)Math.Min(buffer.Length, there);
        var at = (int)(_read % capacity);
        var first = Math.Min(count, capacity - at);
        new ReadOnlySpan<byte>(bytes + at, first).CopyTo(buffer);
        new ReadOnlySpan<byte>(bytes, count - first).CopyTo(buffer[first..]);
        _read += count;
        Volatile.Write(ref cursors->Read, _read);
        return count;
    }
}
