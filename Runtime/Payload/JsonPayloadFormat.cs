using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>Everything that is not raw: JSON of the declared type.</summary>
internal sealed class JsonPayloadFormat<T> : PayloadFormat<T>
{
    public override void Write(IBufferWriter<byte> output, T value)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true, MaxDepth = JsonPayload.MaxDepth });
        try
        {
            JsonSerializer.Serialize(writer, value, JsonPayload.Options);
        }
        catch (Exception error) when (error is NotSupportedException or JsonException or (InvalidOperationException and not ObjectDisposedException))
        {
            throw JsonPayload.CannotCross(typeof(T), error);
        }
    }

    public override T Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(payload, JsonPayload.Options)!;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            throw JsonPayload.CannotCross(typeof(T), error);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The bytes that arrived are no {typeof(T)}: {error.Message}", error);
        }
    }
}

/// <summary>What <see cref="JsonPayloadFormat{T}"/> has in common for all types.</summary>
internal static class JsonPayload
{
    /// <summary>Deeper values are cycles in all likelihood.</summary>
    public const int MaxDepth = 512;

    /// <summary>Chosen so that a value comes out as it went in: the fields of tuples, NaN and the infinities included.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        IncludeFields = true,
        MaxDepth = MaxDepth,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new PlainStructJsonConverter(), new BigIntegerJsonConverter() },
    };

    public static NotSupportedException CannotCross(Type type, Exception reason) => new(
        $"A {type} can't cross to another process: {reason.Message} Pass the data it is made of, or a type that System.Text.Json can write and read as declared.", reason);
}
