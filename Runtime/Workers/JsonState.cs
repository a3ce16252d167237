using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tandem.Workers;

/// <summary>
/// Whether JSON carries all of an object. Its state is its instance fields; JSON carries those behind the members that System.Text.Json both
/// writes and sets. What the user marks [JsonIgnore] need not cross, and what a property computes is no state.
/// </summary>
internal static class JsonState
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>A field that would be lost; null when there is none.</summary>
    public static FieldInfo? FindLost(JsonTypeInfo info)
    {
        var carried = info.Properties
            .Where(p => p.Get is not null && (p.Set is not null || p.AssociatedParameter is not null))
            .Select(p => p.AttributeProvider).OfType<MemberInfo>();
        var accounted = carried.Concat(Hierarchy(info.Type).SelectMany(t => t.GetMembers(Declared)).Where(IsIgnored)).ToList();
        return Hierarchy(info.Type).SelectMany(t => t.GetFields(Declared)).FirstOrDefault(f => !IsIgnored(f) && !accounted.Any(m => Holds(m, f)));
    }

    public static IEnumerable<Type> Hierarchy(Type type)
    {
        for (var each = type; each is not null && each != typeof(object) && each != typeof(ValueType); each = each.BaseType)
            yield return each;
    }

    /// <summary>The name that the user gave it: of the property, where the compiler made the field.</summary>
    public static string NameOf(FieldInfo field) => field.Name is ['<', ..] name ? name[1..name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    /// <summary>The parameters of the constructor that JSON would call and could not fill; empty when it can make the object, null when it finds no constructor.</summary>
    public static IReadOnlyList<ParameterInfo>? UnboundParameters(JsonTypeInfo info)
    {
        if (info.CreateObject is not null)
            return [];
        var bound = info.Properties.Select(p => p.AssociatedParameter?.Position).ToHashSet();
        return (info.ConstructorAttributeProvider as ConstructorInfo)?.GetParameters().Where(p => !bound.Contains(p.Position)).ToList();
    }

    private static bool IsIgnored(MemberInfo member) => member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };

    private static bool Holds(MemberInfo member, FieldInfo field) => member switch
    {
        FieldInfo => IsSame(member, field),
        PropertyInfo property => Uses(property.GetMethod, field) || Uses(property.SetMethod, field),
        _ => false,
    };

    private static bool IsSame(MemberInfo one, MemberInfo other) => one.MetadataToken == other.MetadataToken && one.Module == other.Module;

    /// <summary>Whether an accessor names the field in its code. Nothing else ties a property to the field that the user wrote for it.</summary>
    private static bool Uses(MethodInfo? accessor, FieldInfo field)
    {
        var code = accessor?.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + sizeof(int) < code.Length; i++)
        {
            if ((code[i] == OpCodes.Ldfld.Value || code[i] == OpCodes.Ldflda.Value || code[i] == OpCodes.Stfld.Value)
                && IsReference(accessor!, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1)), field))
                return true;
        }

        return false;
    }

    private static bool IsReference(MethodInfo accessor, int token, FieldInfo field)
    {
        if (token == field.MetadataToken)
            return accessor.Module == field.Module;
        // Generic types name their own fields by a MemberRef.
        if (token >> 24 != 0x0A)
            return false;
        try
        {
            return accessor.Module.ResolveMember(token, accessor.DeclaringType!.GetGenericArguments(), null) is FieldInfo named && IsSame(named, field);
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException)
        {
            // Bytes that only look like the instruction.
            return false;
        }
    }
}
