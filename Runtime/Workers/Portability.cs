using System.Collections;
using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tandem.Workers;

/// <summary>
/// Which types can cross a process boundary: what travels as its bytes, and what System.Text.Json can write and read as the
/// declared type. Walks the whole type, and names the path to what cannot.
/// </summary>
internal static class Portability
{
    private static readonly ConcurrentDictionary<Type, Refusal?> s_known = new();

    /// <summary>What of a type cannot cross, where it is, and what to do.</summary>
    private sealed record Refusal(string Path, Type Culprit, string Reason);

    /// <exception cref="NotSupportedException">Values of the type cannot cross.</exception>
    public static void CheckArgument(Type type, int number, string work, ChosenSerializer? serializer = null)
    {
        if (Find(type, serializer) is { } refusal)
            throw Refused(refusal, type, $"Argument {number} of {work}");
    }

    /// <exception cref="NotSupportedException">Values of the type cannot cross, or would be computed in the wrong place.</exception>
    public static void CheckResult(Type type, string work, ChosenSerializer? serializer = null)
    {
        if (IsLazySequence(type))
            throw new NotSupportedException($"The result of {work} is {A(type)}, a lazy sequence, which would run in the wrong process. Return an array or a list.");
        if (Find(type, serializer) is { } refusal)
            throw Refused(refusal, type, $"The result of {work}");
    }

    /// <exception cref="NotSupportedException">Values of the type cannot cross.</exception>
    public static void CheckItem(Type type, string queue)
    {
        if (Find(type) is { } refusal)
            throw Refused(refusal, type, $"The item of a {queue}");
    }

    public static bool IsRefused(Type type) => RemedyFor(type) is not null;

    private static NotSupportedException Refused(Refusal refusal, Type type, string role) =>
        new(refusal.Path.Length == 0
            ? $"{role} is {A(refusal.Culprit)}, which cannot cross a process boundary. {refusal.Reason}"
            : $"{DisplayName.Of(type)}{refusal.Path} is {A(refusal.Culprit)}, which cannot cross a process boundary ({char.ToLowerInvariant(role[0])}{role[1..]}). {refusal.Reason}");

    private static string A(Type type) => DisplayName.Of(type) is var name && "aeiouAEIO".Contains(name[0]) ? $"an {name}" : $"a {name}";

    /// <summary>What a serializer of the user's carries is not looked into.</summary>
    private static Refusal? Find(Type type, ChosenSerializer? serializer)
    {
        if (serializer is null || PayloadForm.IsRaw(type))
            return Find(type);
        if (PayloadForm.TupleFormat(type) is not null)
            return type.GenericTypeArguments.Select(item => Find(item, serializer)).FirstOrDefault(r => r is not null);
        return serializer.Carries(type) ? null : Find(type);
    }

    private static Refusal? Find(Type type)
    {
        // Computed outside the table: a type that holds itself would ask for its own answer.
        if (!s_known.TryGetValue(type, out var known))
            known = s_known.GetOrAdd(type, Find(type, "", []));
        return known;
    }

    private static Refusal? Find(Type type, string path, HashSet<Type> seen)
    {
        // Told once already, or being told by a caller further up.
        if (!seen.Add(type))
            return null;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Find(underlying, path, seen);
        if (RemedyFor(type) is { } remedy)
            return new Refusal(path, type, remedy);
        if (PlainValue.Is(type) || type == typeof(string) || IsVouchedFor(type))
            return null;
        if (type.IsArray && type.GetArrayRank() > 1)
            return new Refusal(path, type, "Pass a jagged array (T[][]), or a one-dimensional one with its width.");
        if (type == typeof(object))
            return new Refusal(path, type, "Declare the type that it really has.");
        if (Elements(type) is { } elements)
            return FindInCollection(type, elements, path, seen);
        if (type.IsInterface || type.IsAbstract)
            return FindInDerived(type, path, seen);
        return FindInMembers(type, path, seen)
            ?? type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Where(d => d.DerivedType != type)
                .Select(d => FindInListed(d, path, seen)).FirstOrDefault(r => r is not null);
    }

    private static string? RemedyFor(Type type)
    {
        if (type.IsPointer || type.IsFunctionPointer)
            return "An address means nothing there. Pass the data.";
        if (type.IsByRef)
            return "It is handed out by reference. Give it out by value, or mark it [JsonIgnore].";
        if (type.IsByRefLike)
            return "Pass an array.";
        for (var each = type; each is not null; each = each.BaseType)
        {
            if (RefusedTypes.Remedies.TryGetValue(NameOf(each), out var remedy))
                return remedy;
        }

        foreach (var implemented in type.GetInterfaces())
        {
            if (RefusedTypes.Remedies.TryGetValue(NameOf(implemented), out var remedy))
                return remedy;
        }

        return null;
    }

    private static string NameOf(Type type) => (type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? "";

    private static bool IsVouchedFor(Type type) =>
        IsMarkedPortable(type)
        || type.IsDefined(typeof(JsonConverterAttribute), inherit: false)
        || type == typeof(BigInteger) || type == typeof(Uri) || type == typeof(Version)
        || type == typeof(JsonElement) || type == typeof(JsonDocument) || type.IsAssignableTo(typeof(JsonNode));

    /// <summary>By name: a library may declare the attribute itself and do without this one.</summary>
    private static bool IsMarkedPortable(Type type)
    {
        try
        {
            return JsonState.Hierarchy(type).SelectMany(t => t.GetCustomAttributesData()).Any(a => a.AttributeType.FullName == typeof(ProcessPortableAttribute).FullName);
        }
        catch (Exception error) when (error is FileNotFoundException or TypeLoadException)
        {
            // One of the attributes is of a library that was left at home.
            return type.IsDefined(typeof(ProcessPortableAttribute), inherit: true);
        }
    }

    private static bool IsLazySequence(Type type) =>
        type == typeof(IEnumerable) || (type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>));

    /// <summary>What a type holds that JSON carries as a list or a dictionary: its elements, or its keys and values; null for other types.</summary>
    private static Type[]? Elements(Type type)
    {
        if (type.IsArray)
            return [type.GetElementType()!];
        if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() is var definition && (definition == typeof(Memory<>) || definition == typeof(ReadOnlyMemory<>)))
            return type.GetGenericArguments();
        if ((Implementation(type, typeof(IDictionary<,>)) ?? Implementation(type, typeof(IReadOnlyDictionary<,>))) is { } dictionary)
            return dictionary.GetGenericArguments();
        if (Implementation(type, typeof(IEnumerable<>)) is { } sequence)
            return sequence.GetGenericArguments();
        return type.IsAssignableTo(typeof(IEnumerable)) ? [typeof(object)] : null;
    }

    private static Type? Implementation(Type type, Type definition) =>
        type.GetInterfaces().Prepend(type).FirstOrDefault(i => i.IsConstructedGenericType && i.GetGenericTypeDefinition() == definition);

    private static Refusal? FindInCollection(Type type, Type[] elements, string path, HashSet<Type> seen)
    {
        if (elements.Length == 2 && elements[0] != typeof(string) && (!PlainValue.Is(elements[0]) || Nullable.GetUnderlyingType(elements[0]) is not null))
            return new Refusal($"{path}.Keys", elements[0], "Use strings, numbers or other plain values as keys.");
        if (Find(elements[^1], path + "[]", seen) is { } refusal)
            return refusal;
        if (IsFrameworks(type) || type.IsArray)
            return JsonCanRead(type) ? null : new Refusal(path, type, "JSON can write it but not read it. Pass an array, a List or a Dictionary.");
        if (type.IsAbstract || !HasDefaultConstructor(type) || !CanBeFilled(type))
            return new Refusal(path, type, "JSON cannot make it again: it needs a public constructor without parameters, and Add. Pass an array or a List.");
        if (JsonState.Hierarchy(type).Any(t => t.IsConstructedGenericType && t.GetGenericTypeDefinition() is var definition && (definition == typeof(Stack<>) || definition == typeof(ConcurrentStack<>))))
            return new Refusal(path, type, "JSON would turn it upside down. Pass a Stack.");
        return OwnState(type) is { } own
            ? new Refusal(path, type, $"JSON carries a collection's elements only, so its {JsonState.NameOf(own)} would be lost. Hold the collection in a property beside it, or give the type a [JsonConverter].")
            : null;
    }

    private static bool IsFrameworks(Type type) => type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;

    /// <summary>Asks System.Text.Json itself, by an empty one. Of the framework's types only: a user's constructor may do anything.</summary>
    private static bool JsonCanRead(Type type)
    {
        try
        {
            var isDictionary = JsonPayload.Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Dictionary;
            // Those that travel as bytes inside JSON (base64) read no list; they are arrays or memory of bytes.
            if (type == typeof(byte[]) || type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>))
                return true;
            JsonSerializer.Deserialize(isDictionary ? "{}" : "[]", type, JsonPayload.Options);
            return true;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException or JsonException)
        {
            return false;
        }
    }

    private static bool CanBeFilled(Type type) =>
        Implementation(type, typeof(ICollection<>)) is not null || type.IsAssignableTo(typeof(IList)) || type.IsAssignableTo(typeof(IDictionary))
        || JsonState.Hierarchy(type).Any(t => IsFrameworks(t) && Elements(t) is not null && JsonCanRead(t));

    /// <summary>What a user's collection holds besides its elements. Where it keeps these itself, its private fields are taken for them.</summary>
    private static FieldInfo? OwnState(Type type)
    {
        var own = JsonState.Hierarchy(type).TakeWhile(t => !IsFrameworks(t)).ToList();
        var keepsElements = own[^1].BaseType is not { } root || !IsFrameworks(root) || Elements(root) is null;
        return own.SelectMany(t => t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .FirstOrDefault(f => !f.IsDefined(typeof(JsonIgnoreAttribute)) && (!keepsElements || f.IsPublic || f.IsDefined(typeof(CompilerGeneratedAttribute))));
    }

    private static Refusal? FindInDerived(Type type, string path, HashSet<Type> seen)
    {
        var derived = type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).ToList();
        if (derived.Count == 0)
            return new Refusal(path, type, $"It is {(type.IsInterface ? "an interface" : "abstract")}, so the worker cannot know what to make of it. Declare a concrete type, or list the derived ones with [JsonDerivedType].");
        return derived.Select(d => FindInListed(d, path, seen)).FirstOrDefault(r => r is not null);
    }

    private static Refusal? FindInListed(JsonDerivedTypeAttribute listed, string path, HashSet<Type> seen)
    {
        if (listed.TypeDiscriminator is null)
            return new Refusal(path, listed.DerivedType, "Its [JsonDerivedType] names no discriminator, so the worker cannot tell that it is one. Give it one.");
        return Find(listed.DerivedType, path, seen);
    }

    private static Refusal? FindInMembers(Type type, string path, HashSet<Type> seen)
    {
        foreach (var (member, memberType) in Members(type))
        {
            if (!member.IsDefined(typeof(JsonConverterAttribute)) && Find(memberType, $"{path}.{member.Name}", seen) is { } refusal)
                return refusal;
        }

        try
        {
            return FindInContract(JsonPayload.Options.GetTypeInfo(type), path);
        }
        catch (Exception error) when (error is InvalidOperationException or NotSupportedException)
        {
            return new Refusal(path, type, $"JSON cannot carry it: {error.Message}");
        }
    }

    /// <summary>Holds System.Text.Json's own account of a type against the type: whether it can make it, and whether anything is lost.</summary>
    private static Refusal? FindInContract(JsonTypeInfo info, string path)
    {
        if (info.Kind != JsonTypeInfoKind.Object)
            return null;
        var unbound = JsonState.UnboundParameters(info);
        if (unbound is null)
            return new Refusal(path, info.Type, "JSON cannot make it again: it needs a public constructor without parameters, or one whose parameters are named as its properties are, marked [JsonConstructor] where there are several.");
        if (unbound.Count > 0)
            return new Refusal(path, info.Type, $"JSON cannot make it again: the parameter {unbound[0].Name} of its constructor has no public property of that name and type ({DisplayName.Of(unbound[0].ParameterType)}).");
        return JsonState.FindLost(info) is { } lost ? new Refusal(path, info.Type, LostState.Explain(info, lost)) : null;
    }

    /// <summary>What JSON writes of an object: public properties and fields, and those the user includes, without those the user ignores.</summary>
    private static IEnumerable<(MemberInfo Member, Type Type)> Members(Type type)
    {
        for (var declaring = type; declaring is not null && declaring != typeof(object); declaring = declaring.BaseType)
        {
            foreach (var member in declaring.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always })
                    continue;
                var included = member.IsDefined(typeof(JsonIncludeAttribute));
                if (member is FieldInfo field && (field.IsPublic || included))
                    yield return (field, field.FieldType);
                if (member is PropertyInfo { GetMethod: { } getter } property && (getter.IsPublic || included) && property.GetIndexParameters().Length == 0)
                    yield return (property, property.PropertyType);
            }
        }
    }

    private static bool HasDefaultConstructor(Type type) => type.IsValueType || type.GetConstructor(Type.EmptyTypes) is not null;
}
