using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// Lets the process primitives cross to another process at any depth of an argument or a result: System.Text.Json writes a reference to
/// their shared memory and makes a primitive on the same memory from it. The primitives name this converter themselves.
/// </summary>
/// <remarks>
/// A reference is good for processes of the same user, on the same machine, for as long as the process that wrote it lives and has not disposed
/// the primitive. In the arguments or the result of a task it keeps the memory open until the task has ended. In a queue, or written to a file,
/// it keeps the memory open until the writing process ends or disposes the primitive, or somebody reads the reference.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SharedMemoryConverter : JsonConverterFactory
{
    /// <summary>True for the process primitives of Tandem.</summary>
    /// <param name="typeToConvert">The type to convert.</param>
    /// <returns>Whether the type is one of them.</returns>
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.GetInterfaces().Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ISharedPrimitive<>));

    /// <summary>Makes the converter of one primitive.</summary>
    /// <param name="typeToConvert">The primitive's type.</param>
    /// <param name="options">Not used.</param>
    /// <returns>The converter.</returns>
    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter?)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert));

    /// <summary>The converter of one primitive.</summary>
    internal sealed class Converter<TPrimitive> : JsonConverter<TPrimitive>
        where TPrimitive : class, ISharedPrimitive<TPrimitive>
    {
        public override void Write(Utf8JsonWriter writer, TPrimitive value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Send().ToString());

        public override TPrimitive Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String || !SharedMemoryReference.TryParse(reader.GetString(), out var reference))
                throw new JsonException($"Where a reference to a {TPrimitive.Name} was expected stands something else.");
            var lease = SharedMemoryTable.Receive(reference, TPrimitive.Kind, TPrimitive.Name);
            try
            {
                return TPrimitive.Attach(lease, reference.Part);
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
    }
}
