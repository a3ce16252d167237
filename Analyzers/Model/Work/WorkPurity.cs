using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Which members of the BCL surely leave the objects alone that they are called on, or that are passed to them. Any other may change them.</summary>
internal static class WorkPurity
{
    private static readonly HashSet<string> s_readers =
    [
        "System.Linq.Enumerable", "System.Linq.ParallelEnumerable", "System.Math", "System.MathF", "System.String", "System.Convert", "System.BitConverter", "System.Console",
        "System.Object", "System.Text.Encoding", "System.Text.RegularExpressions.Regex", "System.Text.Json.JsonSerializer", "System.Numerics.BigInteger", "System.HashCode",
        "System.Collections.Immutable.ImmutableArray", "System.Collections.Immutable.ImmutableList", "System.Threading.Tasks.Task",
    ];

    private static readonly HashSet<string> s_readOnly =
        ["ReadOnlySpan", "ReadOnlyMemory", "IEnumerable", "IReadOnlyCollection", "IReadOnlyList", "IReadOnlyDictionary", "IReadOnlySet", "IEqualityComparer", "IComparer", "IFormatProvider"];

    private static readonly string[] s_reading =
    [
        "AsReadOnly", "AsSpan", "AsMemory", "AsEnumerable", "BinarySearch", "Clone", "CompareTo", "Contains", "ConvertAll", "CopyTo", "EndsWith", "Equals", "Exists", "Find", "ForEach",
        "Get", "IndexOf", "IsSubsetOf", "IsSupersetOf", "LastIndexOf", "Overlaps", "Peek", "SequenceEqual", "Slice", "StartsWith", "ToArray", "ToString", "TrueForAll", "TryGetValue", "TryPeek",
    ];

    // Of the values that these make, none is what they were made from.
    private static readonly HashSet<string> s_copying = ["ToArray", "ToList", "ToDictionary", "ToHashSet", "Clone"];
    private static readonly HashSet<string> s_copies = ["List", "HashSet", "Dictionary", "Queue", "Stack", "SortedSet", "SortedDictionary", "LinkedList", "PriorityQueue", "StringBuilder"];

    /// <summary>Whether <paramref name="method"/>, of a library, leaves the object alone that it is called on.</summary>
    public static bool KeepsReceiver(IMethodSymbol method) =>
        IsReader(method) || method.MethodKind == MethodKind.PropertyGet || IsSystem(method.ContainingType) && IsReading(method);

    /// <summary>Whether <paramref name="method"/>, of a library, leaves what is passed for <paramref name="parameter"/> alone.</summary>
    public static bool KeepsArgument(IMethodSymbol method, IParameterSymbol parameter)
    {
        // What is written to says so by its type.
        if (parameter.RefKind is RefKind.Ref or RefKind.Out || parameter.Type.Name is "Span" or "Memory" or "Stream" or "TextWriter" or "IBufferWriter") return IsSystem(method.ContainingType) && IsReading(method) && method.Name != "CopyTo";
        if (parameter.Type.TypeKind == TypeKind.Array && (parameter.Name is "destination" or "outArray" || method is { ContainingType.Name: "Encoding", Name: not "GetString" })) return false;
        if (parameter.Type.TypeKind == TypeKind.Delegate || IsReader(method)) return true;
        if (!IsSystem(method.ContainingType)) return false;
        return s_readOnly.Contains(parameter.Type.Name)
            || method.Name == "HashData"
            // `Array.IndexOf(array, x)`, `array.AsSpan()`; but a copy is written to.
            || method is { IsStatic: true, ContainingType.Name: "Array" or "MemoryExtensions" } && IsReading(method) && method.Name != "CopyTo"
            // A collection keeps what it is given, and leaves it as it is.
            || parameter.OriginalDefinition.Type.TypeKind == TypeKind.TypeParameter;
    }

    /// <summary>Whether what <paramref name="method"/>, of a library, returns or creates is a copy as long as its elements are plain values.</summary>
    public static bool Copies(IMethodSymbol method) =>
        IsSystem(method.ContainingType) && (s_copying.Contains(method.Name) || method.MethodKind == MethodKind.Constructor && s_copies.Contains(method.ContainingType.Name));

    private static bool IsReader(IMethodSymbol method)
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.BaseType)
            if (type.SpecialType != SpecialType.System_Object || SymbolEqualityComparer.Default.Equals(type, method.ContainingType))
                if (s_readers.Contains($"{type.ContainingNamespace.ToDisplayString()}.{type.Name}")) return true;
        return false;
    }

    private static bool IsReading(IMethodSymbol method) => s_reading.Any(verb => method.Name.StartsWith(verb, StringComparison.Ordinal));

    private static bool IsSystem(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace.IsGlobalNamespace: false }) space = space.ContainingNamespace;
        return space?.Name == "System";
    }
}
