using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Tandem's own attributes on a symbol. They are known by their names, whatever assembly declares them: as with the compiler's attributes for
/// nullable references, a project without the runtime library may declare those that it uses itself, in the namespace Tandem.
/// </summary>
internal static class Annotations
{
    /// <summary>Whether the symbol carries that attribute of Tandem's.</summary>
    public static bool IsMarked(this ISymbol? symbol, string attribute) => symbol?.GetAttributes().Any(data => IsAnnotation(data.AttributeClass, attribute)) == true;

    /// <summary>Whether the type is that attribute of Tandem's.</summary>
    public static bool IsAnnotation(ITypeSymbol? type, string attribute) =>
        type is { ContainingNamespace: { Name: "Tandem", ContainingNamespace.IsGlobalNamespace: true } } && type.Name == attribute;

    /// <summary>The members that the symbol's attributes of that kind name: <c>[Holds(nameof(_gate)), Holds(nameof(_log))]</c>.</summary>
    public static IEnumerable<string> NamedBy(this ISymbol symbol, string attribute) =>
        symbol.GetAttributes().Where(data => IsAnnotation(data.AttributeClass, attribute)).Select(static data => data.ConstructorArguments.FirstOrDefault().Value).OfType<string>();

    /// <summary>Whether the project can name that attribute at all.</summary>
    public static bool IsDeclared(Compilation compilation, string attribute) => !compilation.GetTypesByMetadataName($"Tandem.{attribute}").IsEmpty;
}
