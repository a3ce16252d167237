using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>
/// JSON is UTF-8, which has no lone surrogates: they would all become U+FFFD, and two keys one. A string that has one goes as base64 of its
/// UTF-16, behind a mark.
/// </summary>
internal sealed class ExactStringJsonConverter : JsonConverter<string>
{
    /// <summary>A control character that no text begins with; a string that does goes as base64 too.</summary>
    private const char Mark = '\u0001';

    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => Decode(reader.GetString());

    public override void Write(Utf8JsonWriter json, string value, JsonSerializerOptions options) => json.WriteStringValue(Encode(value));

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => Decode(reader.GetString())!;

    public override void WriteAsPropertyName(Utf8JsonWriter json, string value, JsonSerializerOptions options) => json.WritePropertyName(Encode(value));

    private static string Encode(string text) =>
        text is [Mark, ..] || HasLoneSurrogate(text) ? Mark + Convert.ToBase64String(MemoryMarshal.AsBytes(text.AsSpan())) : text;

    private static string? Decode(string? text)
    {
        if (text is not [Mark, ..])
            return text;
        try
        {
            return new string(MemoryMarshal.Cast<byte, char>(Convert.FromBase64String(text[1..])));
        }
        catch (FormatException error)
        {
            throw new JsonException("A marked string is no base64.", error);
        }
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done)
                return true;
            text = text[(at + length)..];
        }

        return false;
    }
}
