using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>A field or property as System.Text.Json sees it.</summary>
/// <param name="Symbol">The field or property.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRead">Whether its value is written to JSON.</param>
/// <param name="IsSet">Whether it can be set from JSON.</param>
internal sealed record JsonMember(ISymbol Symbol, ITypeSymbol Type, bool IsRead, bool IsSet)
{
    private bool IsIgnored { get; init; }

    /// <summary>The members that System.Text.Json knows of a type, those left out included; null where two of them have one name in JSON.</summary>
    public static IReadOnlyList<JsonMember>? Of(INamedTypeSymbol type)
    {
        var members = new List<JsonMember>();
        var named = new Dictionary<string, int>();
        var ignored = new HashSet<string>();
        foreach (var member in type.Hierarchy().SelectMany(static each => Declared(each)))
        {
            // An override of what is left out is left out, too.
            if (member.Symbol is IPropertySymbol { IsVirtual: true } or IPropertySymbol { IsOverride: true } && ignored.Contains(member.Symbol.Name)) continue;
            if (member.IsIgnored) ignored.Add(member.Symbol.Name);

            var name = member.Symbol.JsonName();
            if (!named.TryGetValue(name, out var at))
            {
                named[name] = members.Count;
                members.Add(member);
            }
            else if (members[at].IsIgnored) members[at] = member;
            else if (!member.IsIgnored && members[at].Symbol.Name != member.Symbol.Name && !ignored.Contains(member.Symbol.Name)) return null;
        }

        return members;
    }

    private static IEnumerable<JsonMember> Declared(INamedTypeSymbol type)
    {
        foreach (var property in type.GetMembers().OfType<IPropertySymbol>())
        {
            var isIncluded = property.IsIncluded();
            var isRead = property.GetMethod is { } getter && (isIncluded || IsPublic(getter));
            var isSet = property.SetMethod is { } setter && (isIncluded || IsPublic(setter));
            if (property is { IsStatic: false, IsIndexer: false } && (isRead || isSet)) yield return Made(property, property.Type, isRead, isSet);
        }

        foreach (var field in type.GetMembers().OfType<IFieldSymbol>())
            if (field is { IsStatic: false, AssociatedSymbol: null } && (IsPublic(field) || field.IsIncluded())) yield return Made(field, field.Type, isRead: true, isSet: !field.IsReadOnly);
    }

    private static JsonMember Made(ISymbol symbol, ITypeSymbol type, bool isRead, bool isSet) =>
        symbol.IsIgnored() ? new(symbol, type, false, false) { IsIgnored = true } : new(symbol, type, isRead, isSet);

    private static bool IsPublic(ISymbol symbol) => symbol.DeclaredAccessibility == Accessibility.Public;
}
