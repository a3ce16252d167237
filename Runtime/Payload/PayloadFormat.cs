using System.Buffers;

namespace Tandem;

/// <summary>The byte form of the values of one type that contains references.</summary>
internal abstract class PayloadFormat<T>
{
    /// <summary>Chosen once a type.</summary>
    public static readonly PayloadFormat<T> Instance = Choose();

    /// <summary>Whether values may refer to shared memory: raw bytes do not.</summary>
    public virtual bool MayReferToMemory => false;

    public abstract void Write(IBufferWriter<byte> output, T value);

    public abstract T Read(ReadOnlySpan<byte> payload);

    private static PayloadFormat<T> Choose()
    {
        if (typeof(T) == typeof(string))
            return (PayloadFormat<T>)(object)new StringPayloadFormat();
        if (PayloadForm.RawElement(typeof(T)) is { } element)
        {
            return Make(
                typeof(T).IsArray ? typeof(ArrayPayloadFormat<>)
                : typeof(T).GetGenericTypeDefinition() == typeof(Memory<>) ? typeof(MemoryPayloadFormat<>)
                : typeof(ReadOnlyMemoryPayloadFormat<>),
                element);
        }

        if (PayloadForm.TupleFormat(typeof(T)) is { } format)
            return Make(format, typeof(T).GenericTypeArguments);

        return new JsonPayloadFormat<T>();
    }

    private static PayloadFormat<T> Make(Type format, params Type[] of) => (PayloadFormat<T>)Activator.CreateInstance(format.MakeGenericType(of))!;
}
