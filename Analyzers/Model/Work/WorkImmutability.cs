using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Which values can be handed about freely: a copy of one is as good as the value, because nothing that it leads to ever changes.</summary>
internal static class WorkImmutability
{
    private static readonly HashSet<string> s_immutable =
    [
        "System.Uri", "System.Version", "System.Type", "System.StringComparer", "System.Numerics.BigInteger", "System.Globalization.CultureInfo",
        "System.Text.Encoding", "System.Text.RegularExpressions.Regex", "System.Threading.CancellationToken", "System.Threading.Tasks.Task",
    ];

    /// <summary>Whether nothing can be changed through a value of <paramref name="type"/>. What processes share is not copied, so a change of it is no loss either.</summary>
    public static bool IsImmutable(ITypeSymbol? type) => type is not null && IsImmutable(type, []);

    private static bool IsImmutable(ITypeSymbol type, HashSet<ITypeSymbol> path)
    {
        switch (type)
        {
            case { TypeKind: TypeKind.Enum } or { SpecialType: SpecialType.System_Void or SpecialType.System_DateTime or >= SpecialType.System_Boolean and <= SpecialType.System_String }:
                return true;
            case { IsRefLikeType: true } or not INamedTypeSymbol:
                return false;
            // Raw bytes lead nowhere; a pointer among them would need unsafe code.
            case { IsUnmanagedType: true }:
                return true;
        }

        var named = (INamedTypeSymbol)type;
        if (path.Contains(named, SymbolEqualityComparer.Default)) return true;
        path = [.. path, named];

        var space = named.ContainingNamespace.ToDisplayString();
        if (space == "Tandem" || s_immutable.Contains($"{space}.{named.Name}") && named.TypeArguments.All(argument => IsImmutable(argument, path))) return true;
        if (space == "System.Collections.Immutable" || named.IsTupleType || named is { Name: "Nullable" or "KeyValuePair", TypeKind: TypeKind.Struct })
            return named.TypeArguments.All(argument => IsImmutable(argument, path));

        return named is { TypeKind: TypeKind.Class or TypeKind.Struct, DeclaringSyntaxReferences.IsEmpty: false }
            && (named.BaseType is not { SpecialType: SpecialType.None } parent || IsImmutable(parent, path))
            && named.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic).All(field => (field.IsReadOnly || named.IsValueType) && IsImmutable(field.Type, path));
    }
}
