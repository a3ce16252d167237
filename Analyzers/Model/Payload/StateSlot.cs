using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>One field of an object at run time, whoever wrote it.</summary>
/// <param name="Symbol">The field; the event that the compiler keeps it for; or the primary constructor's parameter that it keeps.</param>
/// <param name="Declaring">The type that declares it.</param>
/// <param name="Type">Its type.</param>
internal sealed record StateSlot(ISymbol Symbol, INamedTypeSymbol Declaring, ITypeSymbol? Type)
{
    /// <summary>The property that the compiler made the field for.</summary>
    public IPropertySymbol? Property => (Symbol as IFieldSymbol)?.AssociatedSymbol as IPropertySymbol;

    /// <summary>As the user calls it.</summary>
    public string Name => Property?.Name ?? Symbol.Name;

    public bool IsMadeByCompiler => Symbol is not IFieldSymbol || Property is not null;

    public bool IsPublic => Symbol is IFieldSymbol { DeclaredAccessibility: Accessibility.Public };

    public bool Is(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(Symbol, symbol.OriginalDefinition);
}
