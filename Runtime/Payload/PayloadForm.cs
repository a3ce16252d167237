using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Tandem;

/// <summary>In what form the values of a type cross.</summary>
internal static class PayloadForm
{
    private static readonly ConcurrentDictionary<Type, bool> s_raw = new();

    /// <summary>Whether they go as their bytes: unmanaged values, strings, arrays and memory of unmanaged values.</summary>
    public static bool IsRaw(Type type) =>
        s_raw.GetOrAdd(type, static t => t == typeof(string) || RawElement(t) is not null || (t.IsValueType && IsUnmanaged(t)));

    /// <summary>What they are a sequence of, where they go as its bytes.</summary>
    public static Type? RawElement(Type type)
    {
        var element = type.IsSZArray ? type.GetElementType()
            : type.IsConstructedGenericType && type.GetGenericTypeDefinition() is var definition && (definition == typeof(Memory<>) || definition == typeof(ReadOnlyMemory<>)) ? type.GenericTypeArguments[0]
            : null;
        return element is { IsValueType: true } && Nullable.GetUnderlyingType(element) is null && IsUnmanaged(element) ? element : null;
    }

    /// <summary>The format of tuples whose items go each in its own form; null for other types.</summary>
    public static Type? TupleFormat(Type type)
    {
        var definition = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : null;
        return definition == typeof(ValueTuple<,>) ? typeof(TuplePayloadFormat<,>)
            : definition == typeof(ValueTuple<,,>) ? typeof(TuplePayloadFormat<,,>)
            : definition == typeof(ValueTuple<,,,>) ? typeof(TuplePayloadFormat<,,,>)
            : null;
    }

    private static bool IsUnmanaged(Type type) =>
        !(bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!;
}
