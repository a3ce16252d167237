using System.Collections.Concurrent;
using System.Reflection;
using Tandem.Workers;

namespace Tandem;

/// <summary>The checked choice of a serializer: its instance in this process, and what another process needs to make its own.</summary>
internal sealed class ChosenSerializer
{
    /// <summary>By what this thread writes or reads a message just now. Null: JSON.</summary>
    [ThreadStatic]
    private static ChosenSerializer? t_current;

    private readonly ConcurrentDictionary<Type, bool> _carried = new();
    private readonly ProcessSerializer _serializer;

    private ChosenSerializer(Type type)
    {
        if (!type.IsAssignableTo(typeof(ProcessSerializer)) || type.IsAbstract || type.ContainsGenericParameters || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
            throw new ArgumentException($"Serializer is {DisplayName.Of(type)}, which no worker could make. Name a class that derives from ProcessSerializer and has a public constructor without parameters.", "options");
        _serializer = (ProcessSerializer)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null);
        var writer = new WireWriter();
        TypeReference.Write(writer, type);
        Definition = writer.Written;
    }

    /// <summary>For the worker.</summary>
    public ReadOnlyMemory<byte> Definition { get; }

    /// <exception cref="ArgumentException">A worker could not make it.</exception>
    public static ChosenSerializer? From(Type? type) => type is null ? null : new(type);

    /// <summary>Makes the worker's own.</summary>
    /// <param name="definition">The parent's; empty where it has chosen none.</param>
    public static ChosenSerializer? From(ReadOnlySpan<byte> definition)
    {
        if (definition.IsEmpty)
            return null;
        var reader = new WireReader(definition);
        return new(TypeReference.Read(ref reader));
    }

    /// <summary>The serializer, where the values of a type that does not go as bytes are its to write just now.</summary>
    public static ProcessSerializer? CurrentFor(Type type) => t_current is { } current && current.Carries(type) ? current._serializer : null;

    /// <summary>Whether items of a type are written one by one just now, as the serializer may know their type, and not that of their array.</summary>
    public static bool TakesItemsOf(Type type) => t_current is not null && !PayloadForm.IsRaw(type);

    /// <summary>What this thread writes or reads until the scope ends goes by the serializer, or by JSON.</summary>
    public static Scope Use(ChosenSerializer? serializer) => new(serializer);

    /// <summary>Whether it carries a type that does not go as bytes. Tandem's own primitives never.</summary>
    public bool Carries(Type type) => _carried.GetOrAdd(type, static (t, serializer) => !new SharedMemoryConverter().CanConvert(t) && serializer.CanSerialize(t), _serializer);

    /// <summary>User code that writes one message may write another; the outer one then goes on.</summary>
    public readonly ref struct Scope
    {
        private readonly ChosenSerializer? _outer;

        public Scope(ChosenSerializer? serializer)
        {
            _outer = t_current;
            t_current = serializer;
        }

        public void Dispose() => t_current = _outer;
    }
}
