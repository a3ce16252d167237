using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>System.Text.Json would write a BigInteger's properties and lose its value.</summary>
internal sealed class BigIntegerJsonConverter : JsonConverter<BigInteger>
{
    public override BigInteger Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        new(reader.GetBytesFromBase64());

    public override void Write(Utf8JsonWriter json, BigInteger value, JsonSerializerOptions options) =>
        json.WriteBase64StringValue(value.ToByteArray());
}
