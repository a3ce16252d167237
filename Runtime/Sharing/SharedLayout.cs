using System.Reflection;
using Tandem.Platform;
using Tandem.Workers;

namespace Tandem;

/// <summary>Which values may lie in shared memory as they are: those whose bytes mean the same in every process.</summary>
internal static class SharedLayout<T>
    where T : unmanaged
{
    private static readonly string? s_pointerPath = FindPointer(typeof(T), "");

    /// <summary>For <see cref="SharedMemoryKind"/>: programs that are not related may have structs of one name and another size.</summary>
    public static unsafe ulong KindOf(string owner) => SharedMemoryKind.Of($"{owner}<{typeof(T)}>, {sizeof(T)} bytes");

    /// <exception cref="NotSupportedException">The type holds a pointer or a handle.</exception>
    public static void Check(string owner)
    {
        if (s_pointerPath is { } path)
            throw new NotSupportedException($"{DisplayName.Of(typeof(T))}{path} is a pointer or a handle, which means nothing in another process, so a {owner} cannot hold it. Hold the data, or an index into it.");
    }

    /// <summary>The path to what is a pointer or a handle; null where nothing is.</summary>
    private static string? FindPointer(Type type, string path)
    {
        if (Portability.IsRefused(type))
            return path;
        // A primitive has a field of its own type.
        return type.IsPrimitive || type.IsEnum ? null : type
            .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => FindPointer(field.FieldType, $"{path}.{JsonState.NameOf(field)}"))
            .FirstOrDefault(found => found is not null);
    }
}
