using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Which types surely cross to another process and come out as they went in: raw bytes, what System.Text.Json carries as declared
/// (fields included), and Tandem's process primitives. Where that is in doubt the answer is no.
/// </summary>
internal static class WorkPortability
{
    private static readonly HashSet<string> s_simple =
    [
        "System.String", "System.Uri", "System.Version", "System.Numerics.BigInteger",
        "Tandem.ProcessLock", "Tandem.ProcessSemaphore", "Tandem.ProcessEvent", "Tandem.ProcessCondition", "Tandem.ProcessBarrier",
        "Tandem.ProcessQueue`1", "Tandem.PipeEnd`1", "Tandem.SharedValue`1", "Tandem.SharedArray`1",
    ];

    private static readonly HashSet<string> s_containers =
    [
        "System.Collections.Generic.List`1", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.Queue`1", "System.Collections.Generic.Stack`1", "System.Collections.Generic.SortedSet`1",
        "System.Collections.Generic.IEnumerable`1", "System.Collections.Generic.ICollection`1", "System.Collections.Generic.IList`1",
        "System.Collections.Generic.IReadOnlyCollection`1", "System.Collections.Generic.IReadOnlyList`1", "System.Collections.Generic.ISet`1",
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.IDictionary`2", "System.Collections.Generic.IReadOnlyDictionary`2",
        "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.KeyValuePair`2",
        "System.Collections.Immutable.ImmutableArray`1", "System.Collections.Immutable.ImmutableList`1", "System.Collections.Immutable.ImmutableDictionary`2",
        "System.Nullable`1",
    ];

    /// <summary>Whether a value of <paramref name="type"/> can cross.</summary>
    public static bool CanCross(ITypeSymbol? type) => type is not null && CanCross(type, []);

    /// <summary>Whether a value of <paramref name="type"/> can be an argument: a token may, on its own.</summary>
    public static bool CanBeArgument(ITypeSymbol? type) => type is { Name: "CancellationToken", ContainingNamespace.Name: "Threading" } || CanCross(type);

    /// <summary>Whether a value of <paramref name="type"/> can be a result: a lazy sequence would run in the wrong process.</summary>
    public static bool CanBeResult(ITypeSymbol? type) => type is not { Name: "IEnumerable" } && CanCross(type);

    private static bool CanCross(ITypeSymbol type, HashSet<ITypeSymbol> path)
    {
        switch (type)
        {
            case { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr or SpecialType.System_Object }:
                return false;
            case { TypeKind: TypeKind.Enum } or { SpecialType: >= SpecialType.System_Boolean and <= SpecialType.System_String }:
                return true;
            case IArrayTypeSymbol { Rank: 1 } array:
                return CanCross(array.ElementType, path);
            case INamedTypeSymbol { TypeKind: not TypeKind.Error, IsAnonymousType: false, IsRefLikeType: false } named:
                return path.Contains(named, SymbolEqualityComparer.Default) || CanCross(named, path);
            default:
                return false;
        }
    }

    private static bool CanCross(INamedTypeSymbol type, HashSet<ITypeSymbol> path)
    {
        var name = $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";
        if (s_simple.Contains(name) || type.IsMarked("ProcessPortableAttribute")) return true;

        path = [.. path, type];
        if (s_containers.Contains(name) || type.IsTupleType) return type.TypeArguments.All(argument => CanCross(argument, path));

        // A struct of the framework without references is raw bytes: TimeSpan, Guid, Vector3. A handle is not worth its bytes.
        if (type.DeclaringSyntaxReferences.IsEmpty) return type.IsUnmanagedType && type.ContainingNamespace.ToDisplayString() is "System" or "System.Numerics";

        return type is { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false, IsStatic: false }
            && HasReadableConstructor(type)
            && State(type).All(member => member is { DeclaredAccessibility: Accessibility.Public } && CanCross(TypeOf(member), path));
    }

    // What the type consists of: its fields, or the properties that they store. A private one would be lost on the way.
    private static IEnumerable<ISymbol> State(INamedTypeSymbol type)
    {
        for (var declaring = type; declaring is { SpecialType: SpecialType.None }; declaring = declaring.BaseType)
            foreach (var field in declaring.GetMembers().OfType<IFieldSymbol>())
                if (!field.IsStatic && !field.IsConst)
                    yield return field.AssociatedSymbol ?? field;
    }

    private static ITypeSymbol TypeOf(ISymbol member) => member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;

    private static bool HasReadableConstructor(INamedTypeSymbol type)
    {
        var constructors = type.InstanceConstructors.Where(static c => c.DeclaredAccessibility == Accessibility.Public).ToList();
        if (constructors.Any(static c => c.Parameters.IsEmpty && (!c.IsImplicitlyDeclared || c.ContainingType.TypeKind == TypeKind.Class)))
            return State(type).All(static member => member is IPropertySymbol { SetMethod.DeclaredAccessibility: Accessibility.Public } or IFieldSymbol { IsReadOnly: false });

        // A struct always has an implicit constructor beside the one that is written.
        constructors.RemoveAll(static c => c.IsImplicitlyDeclared && c.Parameters.IsEmpty && c.ContainingType.InstanceConstructors.Length > 1);
        return constructors.Count == 1 && State(type).All(member => IsSet(member, constructors[0]));
    }

    private static bool IsSet(ISymbol member, IMethodSymbol constructor) =>
        constructor.Parameters.Any(p => string.Equals(p.Name, member.Name, System.StringComparison.OrdinalIgnoreCase) && SymbolEqualityComparer.Default.Equals(p.Type, TypeOf(member)))
        || member is IPropertySymbol { SetMethod.DeclaredAccessibility: Accessibility.Public } or IFieldSymbol { IsReadOnly: false };
}
