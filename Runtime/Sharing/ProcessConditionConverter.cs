using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>Lets a <see cref="ProcessCondition"/> cross to another process together with its lock, as <see cref="SharedMemoryConverter"/> lets the other primitives.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ProcessConditionConverter : JsonConverter<ProcessCondition>
{
    private static readonly SharedMemoryConverter.Converter<ProcessLock> s_lock = new();
    private static readonly SharedMemoryConverter.Converter<ConditionWaiters> s_waiters = new();

    /// <summary>Writes the references to both.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">The condition.</param>
    /// <param name="options">Those of the message.</param>
    public override void Write(Utf8JsonWriter writer, ProcessCondition value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartArray();
        s_lock.Write(writer, value.Lock, options);
        s_waiters.Write(writer, value.Waiters, options);
        writer.WriteEndArray();
    }

    /// <summary>Makes a condition on the same memory, with the lock on the same memory.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="typeToConvert">The condition's type.</param>
    /// <param name="options">Those of the message.</param>
    /// <returns>The condition.</returns>
    public override ProcessCondition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var isWhole = reader.TokenType == JsonTokenType.StartArray && reader.Read();
        var processLock = isWhole ? s_lock.Read(ref reader, typeof(ProcessLock), options) : null;
        var waiters = isWhole && reader.Read() ? s_waiters.Read(ref reader, typeof(ConditionWaiters), options) : null;
        if (processLock is null || waiters is null || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException($"Where the references to a {nameof(ProcessCondition)} were expected stands something else.");
        if (waiters.LockCookie != processLock.Cookie)
            throw new InvalidDataException("The references are to a ProcessCondition and to a ProcessLock that is not its own.");
        return new ProcessCondition(processLock, waiters);
    }
}
