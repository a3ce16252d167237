using System.Buffers;

namespace Tandem;

/// <summary>
/// Carries arguments and results between an application and its worker processes in place of System.Text.Json: what goes as its bytes (unmanaged
/// values, strings, arrays and memory of unmanaged values) goes so in any case. Chosen by <see cref="WorkerOptions.Serializer"/>.
/// </summary>
/// <remarks>
/// <para>The application makes one for each executor, and each worker one of its own, by the public constructor without parameters; so both sides
/// agree, as long as what it does depends on nothing but its code. Several threads of the application use it at once.</para>
/// <para>What a process primitive needs to cross, only Tandem can write: a <see cref="ProcessLock"/> or queue crosses as an argument of its own,
/// not within an object that the serializer carries.</para>
/// </remarks>
public abstract class ProcessSerializer
{
    /// <summary>
    /// Whether it carries values of a type: by default, of every type. The others go as JSON, and what cannot go so is refused at Submit. Asked
    /// for the declared type of an argument or a result, for the items of a tuple and of <c>Map</c>, on both sides; the answer must never change.
    /// </summary>
    /// <param name="type">The declared type.</param>
    /// <returns>Whether values of the type are given to <see cref="Serialize"/> and <see cref="Deserialize"/>.</returns>
    public virtual bool CanSerialize(Type type) => true;

    /// <summary>Writes a value. What this throws, Submit throws as the cause of an <see cref="ArgumentException"/>, or, for a result, the task.</summary>
    /// <typeparam name="T">The declared type.</typeparam>
    /// <param name="output">Where to.</param>
    /// <param name="value">The value, which may be null.</param>
    public abstract void Serialize<T>(IBufferWriter<byte> output, T value);

    /// <summary>
    /// Makes the value anew. The bytes of a result come from a process that may have crashed or gone astray: read them as the declared type, and
    /// as no type that they name.
    /// </summary>
    /// <typeparam name="T">The declared type.</typeparam>
    /// <param name="bytes">What <see cref="Serialize"/> wrote.</param>
    /// <returns>The value.</returns>
    public abstract T Deserialize<T>(ReadOnlySpan<byte> bytes);
}
