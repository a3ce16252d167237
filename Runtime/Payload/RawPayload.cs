using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// A sequence of unmanaged elements as one byte that tells null from empty, then the elements as they lie in memory, or where they are if they
/// are many.
/// </summary>
internal static class RawPayload
{
    private const byte Null = 0;
    private const byte Present = 1;
    private const byte InBlock = 2;

    public static void WriteNull(IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = Null;
        output.Advance(1);
    }

    public static void Write<TElement>(IBufferWriter<byte> output, ReadOnlySpan<TElement> elements)
        where TElement : struct
    {
        var bytes = MemoryMarshal.AsBytes(elements);
        if (LargeBlock.TryWrite(bytes, out var block))
        {
            var reference = output.GetSpan(1 + LargeBlock.WireSize);
            reference[0] = InBlock;
            block.WriteTo(reference[1..]);
            output.Advance(1 + LargeBlock.WireSize);
            return;
        }

        var target = output.GetSpan(checked(1 + bytes.Length));
        target[0] = Present;
        bytes.CopyTo(target[1..]);
        output.Advance(1 + bytes.Length);
    }

    /// <summary>Where the elements are, and how many bytes they take.</summary>
    public static RawElements Read(ReadOnlySpan<byte> payload, int elementSize)
    {
        if (payload is [Null])
            return default;
        if (payload is [InBlock, ..])
        {
            var block = LargeBlock.From(payload[1..]);
            return block.Length % elementSize == 0 ? new RawElements(block) : throw Misfit(block.Length, elementSize);
        }

        if (payload is not [Present, ..] || (payload.Length - 1) % elementSize != 0)
            throw Misfit(payload.Length, elementSize);
        return new RawElements(payload[1..]);
    }

    private static InvalidDataException Misfit(long length, int elementSize) =>
        new($"{length} bytes arrived that are no whole number of elements of {elementSize} bytes.");
}

/// <summary>Elements that have arrived, still to be copied to where they belong. The default is null.</summary>
internal readonly ref struct RawElements : IDisposable
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Null where the bytes themselves have come.</summary>
    private readonly SafeFileHandle? _block;

    public RawElements(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        Length = bytes.Length;
        IsPresent = true;
    }

    public RawElements(LargeBlock block)
    {
        _block = block.Open();
        Length = (int)block.Length;
        IsPresent = true;
    }

    public bool IsPresent { get; }

    /// <summary>In bytes.</summary>
    public int Length { get; }

    public void CopyTo(Span<byte> target)
    {
        if (_block is null)
            _bytes.CopyTo(target);
        else
            LargeBlock.Read(_block, target);
    }

    public void Dispose() => _block?.Dispose();
}
