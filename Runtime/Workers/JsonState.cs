using System.Reflection;
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
        var fields = Hierarchy(info.Type).SelectMany(t => t.GetFields(Declared)).Where(f => !IsIgnored(f)).ToList();
        var accounted = info.Properties
            .Where(p => p.Get is not null && (p.Set is not null || p.AssociatedParameter is not null))
            .Select(p => (Member: p.AttributeProvider as MemberInfo, IsSet: p.Set is not null))
            .Concat(Hierarchy(info.Type).SelectMany(t => t.GetMembers(Declared)).Where(IsIgnored).Select(m => (Member: (MemberInfo?)m, IsSet: false)))
            .Select(m => Account(m.Member, m.IsSet, fields)).OfType<FieldInfo>().ToList();
        return fields.FirstOrDefault(f => !accounted.Contains(f) && !IsOverridden(f, info.Type, fields));
    }

    /// <summary>A property that reads the field, and others with it.</summary>
    public static PropertyInfo? FindMixed(JsonTypeInfo info, FieldInfo field)
    {
        var fields = Hierarchy(info.Type).SelectMany(t => t.GetFields(Declared)).Where(f => !IsIgnored(f)).ToList();
        return info.Properties.Select(p => p.AttributeProvider).OfType<PropertyInfo>()
            .FirstOrDefault(p => AccessorCode.Touched(p.GetMethod, fields) is { Count: > 1 } touched && touched.Contains(field));
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

    /// <summary>
    /// The one field that a member stands for. A property's is the one that its getter reads, and that its setter stores. One that reads several
    /// stands for none: its value says what it makes of them, and no setter gives them all back.
    /// </summary>
    private static FieldInfo? Account(MemberInfo? member, bool isSet, List<FieldInfo> fields) => member switch
    {
        FieldInfo field => fields.Find(f => AccessorCode.IsSame(f, field)),
        PropertyInfo property => AccessorCode.Touched(property.GetMethod, fields) is [var field] && (!isSet || AccessorCode.Stores(property.SetMethod, field, fields)) ? field : null,
        _ => null,
    };

    /// <summary>Whether it is the field of an automatic property that a derived type overrides without using it.</summary>
    private static bool IsOverridden(FieldInfo field, Type type, List<FieldInfo> fields)
    {
        if (field.DeclaringType!.GetProperty(NameOf(field), Declared)?.GetMethod is not { IsVirtual: true } getter || NameOf(field) == field.Name)
            return false;
        var overriding = Hierarchy(type).TakeWhile(t => t != field.DeclaringType).SelectMany(t => t.GetProperties(Declared)).Select(p => p.GetMethod)
            .FirstOrDefault(m => m is not null && AccessorCode.IsSame(m.GetBaseDefinition(), getter.GetBaseDefinition()));
        return overriding is not null && !AccessorCode.Touched(overriding, fields).Contains(field);
    }
}
