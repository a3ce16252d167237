using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>System.Text.Json writes a stack from its top and pushes as it reads, so that it would arrive upside down. Here it goes from its bottom.</summary>
internal sealed class ExactStackJsonConverter : JsonConverterFactory
{
    public override bool CanConvert(Type type) => type.IsConstructedGenericType && ConverterOf(type) is not null;

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(ConverterOf(type)!.MakeGenericType(type.GenericTypeArguments))!;

    private static Type? ConverterOf(Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        return definition == typeof(Stack<>) ? typeof(OfStack<>)
            : definition == typeof(ConcurrentStack<>) ? typeof(OfConcurrentStack<>)
            : definition == typeof(ImmutableStack<>) ? typeof(OfImmutableStack<>)
            : definition == typeof(IImmutableStack<>) ? typeof(OfAnyImmutableStack<>)
            : null;
    }

    private abstract class Of<TStack, T> : JsonConverter<TStack>
        where TStack : class, IEnumerable<T>
    {
        protected abstract TStack Make(T[] fromBottom);

        public sealed override TStack? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<T[]>(ref reader, options) is { } items ? Make(items) : null;

        public sealed override void Write(Utf8JsonWriter json, TStack value, JsonSerializerOptions options)
        {
            if (!typeof(TStack).IsInterface)
                ExactContract.ThrowIfSliced(value, typeof(TStack));
            T[] items = [.. value];
            Array.Reverse(items);
            JsonSerializer.Serialize(json, items, options);
        }
    }

    private sealed class OfStack<T> : Of<Stack<T>, T>
    {
        protected override Stack<T> Make(T[] fromBottom) => new(fromBottom);
    }

    private sealed class OfConcurrentStack<T> : Of<ConcurrentStack<T>, T>
    {
        protected override ConcurrentStack<T> Make(T[] fromBottom) => new(fromBottom);
    }

    private sealed class OfImmutableStack<T> : Of<ImmutableStack<T>, T>
    {
        protected override ImmutableStack<T> Make(T[] fromBottom) => ImmutableStack.CreateRange(fromBottom);
    }

    private sealed class OfAnyImmutableStack<T> : Of<IImmutableStack<T>, T>
    {
        protected override IImmutableStack<T> Make(T[] fromBottom) => ImmutableStack.CreateRange(fromBottom);
    }
}
