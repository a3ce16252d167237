using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>A char may be half of a surrogate pair, which no JSON string holds, so it goes as its number.</summary>
internal sealed class ExactCharJsonConverter : JsonConverter<char>
{
    public override char Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => (char)reader.GetUInt16();

    public override void Write(Utf8JsonWriter json, char value, JsonSerializerOptions options) => json.WriteNumberValue((ushort)value);

    public override char ReadAsPropertyName(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        ushort.TryParse(reader.GetString(), CultureInfo.InvariantCulture, out var number) ? (char)number : throw new JsonException("A key is no char.");

    public override void WriteAsPropertyName(Utf8JsonWriter json, char value, JsonSerializerOptions options) =>
        json.WritePropertyName(((ushort)value).ToString(CultureInfo.InvariantCulture));
}
