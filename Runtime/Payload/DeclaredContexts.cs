using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tandem.Workers;

namespace Tandem;

/// <summary>What the contexts know of a type that its assembly names by <see cref="ProcessJsonContextAttribute"/>.</summary>
internal sealed class DeclaredContexts : IJsonTypeInfoResolver
{
    private readonly ConcurrentDictionary<Assembly, IJsonTypeInfoResolver[]> _known = new();

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        // An assembly that was made at run time has types that no generator has seen.
        if (type.Assembly.IsDynamic)
            return null;
        foreach (var context in _known.GetOrAdd(type.Assembly, Make))
        {
            if (context.GetTypeInfo(type, options) is { } info)
                return info;
        }

        return null;
    }

    private static IJsonTypeInfoResolver[] Make(Assembly assembly) =>
        [.. assembly.GetCustomAttributes<ProcessJsonContextAttribute>().Select(a => Make(a.Context))];

    private static JsonSerializerContext Make(Type context)
    {
        if (!context.IsAssignableTo(typeof(JsonSerializerContext)) || context.IsAbstract || context.GetConstructor(Type.EmptyTypes) is not { } constructor)
            throw new NotSupportedException($"[assembly: ProcessJsonContext(typeof({DisplayName.Of(context)}))] names no source-generated context: it must derive from JsonSerializerContext and have a public constructor without parameters.");
        return (JsonSerializerContext)constructor.Invoke(null);
    }
}
