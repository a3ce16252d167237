using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tandem;

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
        Converters = { new ExactStringJsonConverter(), new ExactCharJsonConverter(), new PlainStructJsonConverter(), new BigIntegerJsonConverter(), new ExactStackJsonConverter() },
        TypeInfoResolver = JsonTypeInfoResolver.Combine(new DeclaredContexts(), new DefaultJsonTypeInfoResolver()).WithAddedModifier(ExactContract.Apply),
    };

    public static NotSupportedException CannotCross(Type type, Exception reason) => new(
        $"A {type} can't cross to another process: {reason.Message} Pass the data it is made of, or a type that System.Text.Json can write and read as declared.", reason);
}
