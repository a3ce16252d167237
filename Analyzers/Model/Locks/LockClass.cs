using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>
/// What the locks of one declaration have in common, whichever object they belong to: the field <c>Account._gate</c>, the elements of
/// <c>_stripes</c>, the objects of a type that are locked themselves. Orders are compared between classes, as lockdep of the Linux kernel does.
/// </summary>
/// <param name="Symbol">The declaration: a field, a property, a captured variable, a type.</param>
/// <param name="Part">What of it is the lock.</param>
internal readonly record struct LockClass(ISymbol Symbol, LockPart Part)
{
    /// <summary>The class of the lock that <paramref name="path"/> names in a member of <paramref name="containingType"/>; null where the path does not tell.</summary>
    public static LockClass? Of(AccessPath path, INamedTypeSymbol? containingType)
    {
        if (path.IsElement) return path.Owner?.Symbol is { } collection ? new(collection.OriginalDefinition, LockPart.Element) : null;
        if (path.IsThis) return containingType is null ? null : new(containingType.OriginalDefinition, LockPart.Instance);
        return path.Symbol switch
        {
            ITypeSymbol type => new(type.OriginalDefinition, LockPart.Type),
            IFieldSymbol or IPropertySymbol => new(path.Symbol.OriginalDefinition, LockPart.Itself),
            IParameterSymbol { Type: var type } parameter => OfVariable(parameter, type),
            ILocalSymbol { Type: var type } local => OfVariable(local, type),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public bool Equals(LockClass other) => Part == other.Part && SymbolEqualityComparer.Default.Equals(Symbol, other.Symbol);

    /// <inheritdoc/>
    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(Symbol) ^ (int)Part;

    /// <summary>The declaration, by its type and name.</summary>
    public override string ToString() => Part switch
    {
        LockPart.Instance => Symbol.Name,
        LockPart.Type => $"typeof({Symbol.Name})",
        LockPart.Element => $"{Name(Symbol)}[]",
        _ => Name(Symbol),
    };

    private static string Name(ISymbol symbol) => symbol is IFieldSymbol or IPropertySymbol ? $"{symbol.ContainingType.Name}.{symbol.Name}" : symbol.Name;

    /// <summary>An object of a type of the program is known by its type; any other is known by its variable, as far as lambdas share that.</summary>
    private static LockClass OfVariable(ISymbol variable, ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } named && !named.DeclaringSyntaxReferences.IsEmpty ? new(named.OriginalDefinition, LockPart.Instance) : new(variable, LockPart.Itself);
}

/// <summary>What of a declaration is the lock.</summary>
internal enum LockPart
{
    /// <summary>The object in the field, property or variable.</summary>
    Itself,

    /// <summary>An element of the collection in it.</summary>
    Element,

    /// <summary>An object of the type.</summary>
    Instance,

    /// <summary><c>typeof</c> the type.</summary>
    Type,
}
