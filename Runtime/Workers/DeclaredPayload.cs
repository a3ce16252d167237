using System.Buffers;
using System.Collections.Concurrent;

namespace Tandem.Workers;

/// <summary>Writes and reads the values of a type that is known only at run time, as a worker knows those of its work.</summary>
internal abstract class DeclaredPayload
{
    private static readonly ConcurrentDictionary<Type, DeclaredPayload> s_byType = new();

    public static DeclaredPayload For(Type type) => s_byType.GetOrAdd(type, static t =>
        (DeclaredPayload)Activator.CreateInstance(typeof(Of<>).MakeGenericType(t))!);

    public abstract void Write(IBufferWriter<byte> output, object? value);

    public abstract object? Read(ReadOnlySpan<byte> payload);

    private sealed class Of<T> : DeclaredPayload
    {
        public override void Write(IBufferWriter<byte> output, object? value) => Payload.Write(output, (T)value!);

        public override object? Read(ReadOnlySpan<byte> payload) => Payload.Read<T>(payload);
    }
}
