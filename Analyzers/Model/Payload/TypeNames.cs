using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Types by the names that tables and messages know them by.</summary>
internal static class TypeNames
{
    /// <summary>As reflection names a type's definition: <c>System.Collections.Generic.List`1</c>.</summary>
    public static string MetadataName(this ITypeSymbol type)
    {
        if (type.ContainingType is { } outer) return $"{outer.MetadataName()}+{type.MetadataName}";
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.MetadataName}" : type.MetadataName;
    }

    /// <summary>As it is written in C#: <c>List&lt;int&gt;</c>.</summary>
    public static string Written(this ITypeSymbol type) => type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(NullableFlowState.None, SymbolDisplayFormat.MinimallyQualifiedFormat.RemoveMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier));

    /// <summary>With its article: <c>an Order</c>.</summary>
    public static string WithArticle(this ITypeSymbol type) => type.Written() is var name && "aeiouAEIO".Contains(name[0]) ? $"an {name}" : $"a {name}";

    public static bool IsOneOf(this ITypeSymbol type, params string[] names) => names.Contains(type.MetadataName());

    /// <summary>Whether it is one of the framework's own, which no user can change.</summary>
    public static bool IsFrameworks(this ITypeSymbol type) =>
        type.ContainingNamespace?.ToDisplayString() is { } space && (space == "System" || space.StartsWith("System.", System.StringComparison.Ordinal));

    /// <summary>A class or struct and what it derives from, up to what every type derives from.</summary>
    public static System.Collections.Generic.IEnumerable<INamedTypeSymbol> Hierarchy(this INamedTypeSymbol type)
    {
        for (var each = type; each is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; each = each.BaseType) yield return each;
    }
}
