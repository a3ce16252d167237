using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>The attributes by which the user tells System.Text.Json what to carry.</summary>
internal static class JsonAttributes
{
    private const string Space = "System.Text.Json.Serialization";

    // JsonIgnoreCondition.Always, which the attribute says where it is told nothing else.
    private const int Always = 1;

    public static bool IsIncluded(this ISymbol member) => member.GetAttributes().Any(static a => Is(a, "JsonIncludeAttribute"));

    public static bool IsConverted(this ISymbol symbol) => symbol.GetAttributes().Any(static a => Is(a, "JsonConverterAttribute"));

    public static bool IsJsonConstructor(this IMethodSymbol constructor) => constructor.GetAttributes().Any(static a => Is(a, "JsonConstructorAttribute"));

    /// <summary>Whether it is left out in any case.</summary>
    public static bool IsIgnored(this ISymbol member) => member.GetAttributes().Any(IsIgnoring);

    public static bool IsIgnoring(AttributeData attribute) =>
        Is(attribute, "JsonIgnoreAttribute") && attribute.NamedArguments.All(static argument => argument.Key != "Condition" || argument.Value.Value is Always);

    public static string JsonName(this ISymbol member) =>
        member.GetAttributes().FirstOrDefault(static a => Is(a, "JsonPropertyNameAttribute")) is { ConstructorArguments.Length: 1 } attribute && attribute.ConstructorArguments[0].Value is string name ? name : member.Name;

    /// <summary>The derived types that the user lists, each with whether it can be told from the others.</summary>
    public static IEnumerable<(ITypeSymbol Type, bool HasDiscriminator)> ListedTypes(this ITypeSymbol type) =>
        from attribute in type.GetAttributes()
        where Is(attribute, "JsonDerivedTypeAttribute") && attribute.ConstructorArguments.Length > 0 && attribute.ConstructorArguments[0].Value is ITypeSymbol
        select ((ITypeSymbol)attribute.ConstructorArguments[0].Value!, attribute.ConstructorArguments.Length > 1 && attribute.ConstructorArguments[1].Value is not null);

    private static bool Is(AttributeData attribute, string name)
    {
        for (var type = attribute.AttributeClass; type is not null; type = type.BaseType)
            if (type.Name == name && type.ContainingNamespace.ToDisplayString() == Space) return true;
        return false;
    }
}
