using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.CodeFixes.Locks;

/// <summary>The members by which code comes to the object that it locks: a field, the property that returns it, what overrides that property.</summary>
internal static class LockAccess
{
    // A property that returns a property, that returns a field.
    private const int MaxDepth = 3;

    /// <summary>Whether <paramref name="one"/> and <paramref name="two"/> may come to one object.</summary>
    public static bool MayBeSame(IOperation one, IOperation two)
    {
        if (MemberOf(one) is not { } first || MemberOf(two) is not { } second) return false;
        return Overrides(first, second) || Overrides(second, first) || Behind(first).Intersect(Behind(second), SymbolEqualityComparer.Default).Any();
    }

    /// <summary>Whether what the member returns is for derived types, or those that implement it, to choose.</summary>
    public static bool IsOverridable(ISymbol? member) =>
        member is { IsAbstract: true } or { IsVirtual: true } or { IsOverride: true, IsSealed: false } || member?.ContainingType.TypeKind == TypeKind.Interface;

    /// <summary>The member that <paramref name="locked"/> reads or calls, also by way of a local.</summary>
    public static ISymbol? MemberOf(IOperation locked) => locked switch
    {
        IMemberReferenceOperation reference => reference.Member.OriginalDefinition,
        IInvocationOperation call => call.TargetMethod.OriginalDefinition,
        ILocalReferenceOperation { Local: var local, SemanticModel: { } model }
            when local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: var value } => model.GetSymbolInfo(value).Symbol is IFieldSymbol or IPropertySymbol or IMethodSymbol ? model.GetSymbolInfo(value).Symbol!.OriginalDefinition : null,
        _ => null,
    };

    /// <summary>Whether the object of <paramref name="other"/> may be what a type derived from that of <paramref name="member"/> returns for it.</summary>
    private static bool Overrides(ISymbol member, ISymbol other)
    {
        if (!IsOverridable(member)) return false;
        for (var type = other.ContainingType; type is not null; type = type.BaseType)
            if (SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, member.ContainingType.OriginalDefinition)) return true;
        return other.ContainingType.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, member.ContainingType.OriginalDefinition));
    }

    /// <summary>The member, and those that its code names.</summary>
    private static ImmutableHashSet<ISymbol> Behind(ISymbol member, int depth = 0)
    {
        var all = ImmutableHashSet.Create(SymbolEqualityComparer.Default, member);
        if (depth == MaxDepth || member is not (IPropertySymbol or IMethodSymbol)) return all;
        var names = member.DeclaringSyntaxReferences.SelectMany(static reference => reference.GetSyntax().DescendantNodes()).OfType<IdentifierNameSyntax>().Select(static name => name.Identifier.ValueText).Distinct();
        foreach (var named in names.SelectMany(name => member.ContainingType.GetMembers(name)).Where(named => !SymbolEqualityComparer.Default.Equals(named, member)))
            all = all.Union(Behind(named.OriginalDefinition, depth + 1));
        return all;
    }
}
