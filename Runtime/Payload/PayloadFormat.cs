using System.Buffers;
using System.Runtime.CompilerServices;

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
        if (typeof(T).IsSZArray && IsUnmanagedStruct(typeof(T).GetElementType()!))
            return Make(typeof(ArrayPayloadFormat<>), typeof(T).GetElementType()!);
        if (typeof(T) is { IsConstructedGenericType: true, GenericTypeArguments: [var element] } && IsUnmanagedStruct(element))
        {
            var definition = typeof(T).GetGenericTypeDefinition();
            if (definition == typeof(Memory<>))
                return Make(typeof(MemoryPayloadFormat<>), element);
            if (definition == typeof(ReadOnlyMemory<>))
                return Make(typeof(ReadOnlyMemoryPayloadFormat<>), element);
        }

        if (TupleFormat(typeof(T)) is { } format)
            return Make(format, typeof(T).GenericTypeArguments);

        return new JsonPayloadFormat<T>();
    }

    private static PayloadFormat<T> Make(Type format, params Type[] of) => (PayloadFormat<T>)Activator.CreateInstance(format.MakeGenericType(of))!;

    private static Type? TupleFormat(Type type)
    {
        var definition = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : null;
        return definition == typeof(ValueTuple<,>) ? typeof(TuplePayloadFormat<,>)
            : definition == typeof(ValueTuple<,,>) ? typeof(TuplePayloadFormat<,,>)
            : definition == typeof(ValueTuple<,,,>) ? typeof(TuplePayloadFormat<,,,>)
            : null;
    }

    /// <summary>What MemoryMarshal takes for a sequence of bytes: not pointers, not nullables.</summary>
    private static bool IsUnmanagedStruct(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null &&
        !(bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!;
}
