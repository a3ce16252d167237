using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What System.Text.Json carries as a list or a dictionary, and which of them it can read again.</summary>
internal static class JsonCollections
{
    // Read into an array, a List or a Dictionary.
    private static readonly HashSet<string> s_readInterfaces =
    [
        "System.Collections.IEnumerable", "System.Collections.ICollection", "System.Collections.IList", "System.Collections.IDictionary",
        "System.Collections.Generic.IEnumerable`1", "System.Collections.Generic.ICollection`1", "System.Collections.Generic.IList`1", "System.Collections.Generic.ISet`1",
        "System.Collections.Generic.IReadOnlyCollection`1", "System.Collections.Generic.IReadOnlyList`1",
        "System.Collections.Generic.IDictionary`2", "System.Collections.Generic.IReadOnlyDictionary`2",
    ];

    // Filled by methods of their own.
    private static readonly HashSet<string> s_readQueues =
    [
        "System.Collections.Queue", "System.Collections.Stack", "System.Collections.Generic.Queue`1", "System.Collections.Generic.Stack`1",
        "System.Collections.Concurrent.ConcurrentQueue`1", "System.Collections.Concurrent.ConcurrentStack`1",
    ];

    /// <summary>The type of its elements, or those of its keys and values; null for what JSON carries as an object.</summary>
    public static IReadOnlyList<ITypeSymbol>? Elements(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array) return [array.ElementType];
        if (type is not INamedTypeSymbol named) return null;
        if (named.OriginalDefinition.IsOneOf("System.Memory`1", "System.ReadOnlyMemory`1")) return named.TypeArguments;
        var implemented = Implementation(named, "System.Collections.Generic.IDictionary`2") ?? Implementation(named, "System.Collections.Generic.IReadOnlyDictionary`2") ?? Implementation(named, "System.Collections.Generic.IEnumerable`1");
        if (implemented is not null) return implemented.TypeArguments;
        return Implementation(named, "System.Collections.IEnumerable") is { } untyped
            ? [untyped.GetMembers("GetEnumerator").OfType<IMethodSymbol>().First().ReturnType.GetMembers("Current").OfType<IPropertySymbol>().First().Type]
            : null;
    }

    /// <summary>Why JSON cannot make a collection again as it was, and what to do; null where it can, or where that is not known.</summary>
    public static string? Obstacle(INamedTypeSymbol type, JsonContracts contracts)
    {
        if (type.IsFrameworks()) return IsRead(type) ? null : "JSON can write it but not read it. Pass an array, a List or a Dictionary.";
        if (type.IsAbstract || !HasDefaultConstructor(type) || !CanBeFilled(type)) return "JSON cannot make it again: it needs a public constructor without parameters, and Add. Pass an array or a List.";
        if (type.Hierarchy().Any(static each => each.OriginalDefinition.IsOneOf("System.Collections.Generic.Stack`1", "System.Collections.Concurrent.ConcurrentStack`1"))) return "JSON would turn it upside down. Pass a Stack.";
        return OwnState(type, contracts) is { } own
            ? $"JSON carries a collection's elements only, so its {own.Name} would be lost. Hold the collection in a property beside it, or give the type a [JsonConverter]."
            : null;
    }

    private static bool IsRead(INamedTypeSymbol type)
    {
        var name = type.OriginalDefinition.MetadataName();
        if (name is "System.Memory`1" or "System.ReadOnlyMemory`1" || s_readInterfaces.Contains(name) || s_readQueues.Contains(name)) return true;
        if (type.ContainingNamespace.ToDisplayString() == "System.Collections.Immutable" && type.ContainingType is null) return type.IsGenericType && type.Name.Contains("Immutable");
        return !type.IsAbstract && HasDefaultConstructor(type) && IsAddedTo(type);
    }

    private static bool CanBeFilled(INamedTypeSymbol type) => IsAddedTo(type) || type.Hierarchy().Any(static each => each.IsFrameworks() && Elements(each) is not null && IsRead(each));

    private static bool IsAddedTo(INamedTypeSymbol type) =>
        (Implementation(type, "System.Collections.Generic.ICollection`1") ?? Implementation(type, "System.Collections.IList") ?? Implementation(type, "System.Collections.IDictionary")) is not null;

    private static bool HasDefaultConstructor(INamedTypeSymbol type) =>
        type.IsValueType || type.InstanceConstructors.Any(static c => c is { DeclaredAccessibility: Accessibility.Public, Parameters.IsEmpty: true });

    // What a user's collection holds besides its elements. Where it keeps these itself, its private fields are taken for them.
    private static StateSlot? OwnState(INamedTypeSymbol type, JsonContracts contracts)
    {
        var own = type.Hierarchy().TakeWhile(static each => !each.IsFrameworks()).ToList();
        var keepsElements = own[own.Count - 1].BaseType is not { } root || Elements(root) is null;
        return contracts.State(own, static attribute => attribute.AttributeClass?.Name == "JsonIgnoreAttribute").FirstOrDefault(slot => !keepsElements || slot.IsPublic || slot.IsMadeByCompiler);
    }

    private static INamedTypeSymbol? Implementation(INamedTypeSymbol type, string definition) =>
        type.AllInterfaces.Prepend(type).FirstOrDefault(each => each.TypeKind == TypeKind.Interface && each.OriginalDefinition.MetadataName() == definition);
}
