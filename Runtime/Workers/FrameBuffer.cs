using System.Buffers.Binary;

namespace Tandem.Workers;

/// <summary>
/// Puts frames together from the bytes of a stream. It grows as bytes arrive, never by what a header announces, so a damaged or hostile
/// length costs no memory.
/// </summary>
internal sealed class FrameBuffer
{
    private const int InitialSize = 16 * 1024;

    /// <summary>A buffer that one large frame blew up beyond this goes back once it is empty.</summary>
    private const int KeptSize = 1024 * 1024;

    private byte[] _buffer = new byte[InitialSize];
    private int _start;
    private int _end;

    /// <summary>Room for the next bytes; never empty.</summary>
    public Span<byte> Free()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length > KeptSize)
                _buffer = new byte[InitialSize];
        }
        else if (_end == _buffer.Length && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, 2L * _buffer.Length));
        return _buffer.AsSpan(_end);
    }

    public void Filled(int count) => _end += count;

    /// <summary>Takes the next whole frame. The body stays valid until <see cref="Free"/> is called.</summary>
    public bool TryTake(out FrameKind kind, out ReadOnlySpan<byte> body)
    {
        kind = default;
        body = default;
        if (_end - _start < Frame.HeaderLength)
            return false;

        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        if (length < 0 || length > Frame.MaxBodyLength)
            throw new InvalidDataException($"A message of the worker protocol announces the impossible length {length}.");
        if (_end - _start - Frame.HeaderLength < length)
            return false;

        kind = (FrameKind)_buffer[_start + sizeof(int)];
        body = _buffer.AsSpan(_start + Frame.HeaderLength, length);
        _start += Frame.HeaderLength + length;
        return true;
    }
}
