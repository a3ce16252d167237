using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tandem.Workers;

namespace Tandem;

/// <summary>Makes System.Text.Json throw where it would write less than a value is, with a sentence that says what to do.</summary>
internal static class ExactContract
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> s_comparers = new();

    public static void Apply(JsonTypeInfo info)
    {
        if (info.Kind == JsonTypeInfoKind.None)
            return;
        if (info.PolymorphismOptions is { } polymorphism)
            polymorphism.UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization;
        // What was to be added to would be there already, made by the reader's constructor, and twice.
        foreach (var property in info.Properties)
            property.ObjectCreationHandling = JsonObjectCreationHandling.Replace;
        // A default left out by the writer would be whatever the reader's constructor makes it.
        foreach (var property in info.Properties.Where(p => p.AttributeProvider is MemberInfo member && IsLeftOutSometimes(member)))
            property.ShouldSerialize = static (_, _) => true;
        var isOpen = info is { PolymorphismOptions: null, Type: { IsSealed: false, IsAbstract: false } };
        if (!isOpen && info.Kind == JsonTypeInfoKind.Object)
            return;
        var users = info.OnSerializing;
        info.OnSerializing = value =>
        {
            if (isOpen)
                ThrowIfSliced(value, info.Type);
            if (info.Kind != JsonTypeInfoKind.Object)
                CheckComparer(value);
            users?.Invoke(value);
        };
    }

    private static bool IsLeftOutSometimes(MemberInfo member) =>
        member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.WhenWritingDefault or JsonIgnoreCondition.WhenWritingNull };

    /// <exception cref="NotSupportedException">The value is of a type that derives from the one it would arrive as.</exception>
    public static void ThrowIfSliced(object value, Type declared)
    {
        if (value.GetType() != declared)
            throw Sliced(value.GetType(), declared);
    }

    private static NotSupportedException Sliced(Type actual, Type declared) => new(
        $"A {DisplayName.Of(actual)} stands where a {DisplayName.Of(declared)} is declared, and would arrive as no more than that. List it with [JsonDerivedType(typeof({DisplayName.Of(actual)}), \"...\")] on {DisplayName.Of(declared)}, or declare the type that it really has.");

    private static void CheckComparer(object value)
    {
        var property = s_comparers.GetOrAdd(value.GetType(), static t => t.GetProperty("KeyComparer") ?? t.GetProperty("Comparer"));
        if (property?.GetValue(value) is not { } comparer || IsDefault(comparer, property.PropertyType))
            return;
        throw new NotSupportedException(
            $"A {DisplayName.Of(value.GetType())} has a comparer of its own ({DisplayName.Of(comparer.GetType())}), and would arrive with the default one. Pass its items as an array, and make it anew in the work.");
    }

    /// <summary>The comparer that a collection has when its constructor is told none.</summary>
    private static bool IsDefault(object comparer, Type type)
    {
        // The same comparison by another name; a sorted collection's default goes by culture instead.
        if (ReferenceEquals(comparer, StringComparer.Ordinal) && type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEqualityComparer<>))
            return true;
        if (!type.IsGenericType)
            return comparer is Comparer;
        var standard = (type.GetGenericTypeDefinition() == typeof(IEqualityComparer<>) ? typeof(EqualityComparer<>) : typeof(Comparer<>)).MakeGenericType(type.GetGenericArguments());
        return Equals(comparer, standard.GetProperty("Default")!.GetValue(null));
    }
}
