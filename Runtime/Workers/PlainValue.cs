using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Tandem.Workers;

/// <summary>
/// Tells the values that mean the same in every process and can travel as their bytes: numbers, enums, dates, Guids, and structs of them.
/// Not what holds references, pointers or handles, nor what the user converts to JSON in a way of his own.
/// </summary>
internal static class PlainValue
{
    private static readonly ConcurrentDictionary<Type, bool> s_known = new();

    public static bool Is(Type type) => s_known.GetOrAdd(type, static t => IsPlain(t));

    private static bool IsPlain(Type type)
    {
        if (!type.IsValueType || type.IsByRefLike || type == typeof(nint) || type == typeof(nuint))
            return false;
        if (type.IsPrimitive || type.IsEnum)
            return true;
        if (type.IsDefined(typeof(JsonConverterAttribute), inherit: false) || Portability.IsRefused(type))
            return false;
        return type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).All(f => Is(f.FieldType));
    }
}
