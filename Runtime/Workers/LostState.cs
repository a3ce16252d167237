using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Tandem.Workers;

/// <summary>What to tell of a field that JSON would lose, and what to do about it.</summary>
internal static class LostState
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static string Explain(JsonTypeInfo info, FieldInfo lost)
    {
        var name = JsonState.NameOf(lost);
        if (lost.DeclaringType!.GetEvent(lost.Name, All) is not null)
            return $"Its event {name} would be lost, since who listens to it stays here. Mark it [field: JsonIgnore] if it need not cross, or {DisplayName.Of(info.Type)} [ProcessPortable] where the event is a library's.";

        if (!lost.IsPublic && name == lost.Name)
        {
            return JsonState.FindMixed(info, lost) is { } mixed
                ? $"Its {name} would be lost, since {mixed.Name} reads other fields with it, from which JSON cannot tell it apart. Give each a public property of its own, or mark it [JsonInclude], or [JsonIgnore] if it need not cross."
                : $"Its {name} would be lost, since JSON carries public members only. Give it a public property that reads and sets it alone, or mark it [JsonInclude], or [JsonIgnore] if it need not cross.";
        }

        if (JsonState.Hierarchy(info.Type).TakeWhile(t => t != lost.DeclaringType).FirstOrDefault(t => t.GetMember(name, All | BindingFlags.DeclaredOnly).Any(IsNew)) is { } hiding)
            return $"The {name} that it has from {DisplayName.Of(lost.DeclaringType)} would be lost, since that of {DisplayName.Of(hiding)} hides it from JSON. Give them two names, or mark it [JsonIgnore] if it need not cross.";
        return IsTakenByAnotherConstructor(info, name, lost.FieldType)
            ? $"Its {name} would be lost, since JSON makes {DisplayName.Of(info.Type)} by the constructor without parameters{(info.Type.IsValueType ? ", which every struct has" : "")}. Mark the one that takes it [JsonConstructor]."
            : $"Its {name} would be lost, since JSON cannot set it. Give it a public setter or init, or a constructor parameter of its name and type, or mark it [JsonInclude] where its setter is private, or [JsonIgnore] if it need not cross.";
    }

    private static bool IsNew(MemberInfo member) => member is not PropertyInfo { GetMethod: { } getter } || getter.GetBaseDefinition().DeclaringType == member.DeclaringType;

    private static bool IsTakenByAnotherConstructor(JsonTypeInfo info, string name, Type type) =>
        info.CreateObject is not null
        && info.Type.GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == type && string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)));
}
