using System.Buffers;
using System.Runtime.CompilerServices;

namespace Tandem;

/// <summary>
/// How a value crosses from one process to another: as bytes of its declared type, and of nothing else, so that what arrives decides no type.
/// Unmanaged values, strings, arrays and memory of unmanaged values, and tuples of them, go as their raw bytes (both sides run the same build on the same machine);
/// everything else goes through System.Text.Json.
/// </summary>
internal static class Payload
{
    /// <summary>Whether every value of the type is <see cref="Unsafe.SizeOf{T}"/> raw bytes.</summary>
    public static bool IsFixedSize<T>() => !RuntimeHelpers.IsReferenceOrContainsReferences<T>();

    /// <summary>Whether values of the type may refer to shared memory: raw bytes do not.</summary>
    public static bool MayReferToMemory<T>() => !IsFixedSize<T>() && PayloadFormat<T>.Instance.MayReferToMemory;

    /// <summary>Appends the value's bytes.</summary>
    /// <exception cref="NotSupportedException">A value of this type can't leave its process; the message names the type and the remedy.</exception>
    public static void Write<T>(IBufferWriter<byte> output, T value)
    {
        if (IsFixedSize<T>())
        {
            Unsafe.WriteUnaligned(ref output.GetSpan(Unsafe.SizeOf<T>())[0], value);
            output.Advance(Unsafe.SizeOf<T>());
            return;
        }

        PayloadFormat<T>.Instance.Write(output, value);
    }

    /// <summary>Makes the value anew from its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are no value of this type.</exception>
    /// <exception cref="NotSupportedException">A value of this type can't be made from bytes.</exception>
    public static T Read<T>(ReadOnlySpan<byte> payload)
    {
        if (!IsFixedSize<T>())
            return PayloadFormat<T>.Instance.Read(payload);
        return payload.Length == Unsafe.SizeOf<T>()
            ? Unsafe.ReadUnaligned<T>(in payload[0])
            : throw new InvalidDataException($"{payload.Length} bytes arrived where a {typeof(T)} of {Unsafe.SizeOf<T>()} bytes was expected.");
    }
}
