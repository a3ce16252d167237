using System.Buffers;
using System.Text.Json;

namespace Tandem;

/// <summary>Everything that is not raw: JSON of the declared type, or what a serializer that the user has chosen makes of it.</summary>
internal sealed class JsonPayloadFormat<T> : PayloadFormat<T>
{
    public override bool MayReferToMemory => true;

    public override void Write(IBufferWriter<byte> output, T value)
    {
        if (ChosenSerializer.CurrentFor(typeof(T)) is { } serializer)
        {
            serializer.Serialize(output, value);
            return;
        }

        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true, MaxDepth = JsonPayload.MaxDepth });
        try
        {
            JsonSerializer.Serialize(writer, value, JsonPayload.Options);
        }
        catch (JsonException) when (writer.CurrentDepth >= JsonPayload.MaxDepth)
        {
            // In place of its message, which names each step down.
            throw new NotSupportedException($"A {typeof(T)} can't cross to another process: it has more than {JsonPayload.MaxDepth} levels, in all likelihood a cycle. Mark the reference that leads back [JsonIgnore] and set it again in the work, or pass ids in place of references.");
        }
        catch (Exception error) when (error is NotSupportedException or JsonException or (InvalidOperationException and not ObjectDisposedException))
        {
            throw JsonPayload.CannotCross(typeof(T), error);
        }
    }

    public override T Read(ReadOnlySpan<byte> payload)
    {
        if (ChosenSerializer.CurrentFor(typeof(T)) is { } serializer)
            return serializer.Deserialize<T>(payload);
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
