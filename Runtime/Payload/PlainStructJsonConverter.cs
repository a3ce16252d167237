using System.Text.Json;
using System.Text.Json.Serialization;
using Tandem.Workers;

namespace Tandem;

/// <summary>
/// A struct without references keeps every bit inside JSON too: by its public members alone it would lose private fields. As bytes it can
/// also be the key of a dictionary.
/// </summary>
internal sealed class PlainStructJsonConverter : JsonConverterFactory
{
    public override bool CanConvert(Type type) =>
        !type.IsPrimitive && !type.IsEnum && Nullable.GetUnderlyingType(type) is null && PlainValue.Is(type);

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(type))!;

    private sealed class Of<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => Payload.Read<T>(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter json, T value, JsonSerializerOptions options) => json.WriteBase64StringValue(Bytes(value));

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Payload.Read<T>(Convert.FromBase64String(reader.GetString()!));

        public override void WriteAsPropertyName(Utf8JsonWriter json, T value, JsonSerializerOptions options) =>
            json.WritePropertyName(Convert.ToBase64String(Bytes(value)));

        private static ReadOnlySpan<byte> Bytes(T value)
        {
            var writer = new WireWriter();
            Payload.Write(writer, value);
            return writer.Written.Span;
        }
    }
}
