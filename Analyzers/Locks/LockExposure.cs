using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Whether code outside of a type can get hold of the object that one of its members holds.</summary>
internal static class LockExposure
{
    /// <summary>Whether a lock of <paramref name="reference"/> is a lock of something public or protected.</summary>
    public static bool IsOpen(IMemberReferenceOperation reference)
    {
        var member = reference.Member;
        if (!IsVisible(member) || IsSyncRoot(member) || IsContract(member) || IsShared(member)) return false;

        // Another library's object cannot be exchanged for one of our own.
        if (member.DeclaringSyntaxReferences.IsEmpty) return false;

        // The object of another type's property may be anything; only what is there to be locked is meant.
        return IsOwn(reference) || IsDedicated(reference.Type);
    }

    /// <summary>The public or protected property that returns the lock that <paramref name="member"/> holds; null if none does.</summary>
    public static ISymbol? Exposes(ISymbol member)
    {
        if (member is not IFieldSymbol { Type: var type } || !IsDedicated(type)) return null;
        return member.ContainingType.GetMembers().OfType<IPropertySymbol>()
            .FirstOrDefault(property => IsVisible(property) && !IsSyncRoot(property) && !IsContract(property) && IsDedicated(property.Type) && Returns(property, member.Name));
    }

    /// <summary>Whether the field, of whatever type, holds a string or a type from its declaration on.</summary>
    public static bool InitialValueIsShared(IFieldSymbol field) =>
        field.IsReadOnly && field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: TypeOfExpressionSyntax or LiteralExpressionSyntax { Token.Value: string } };

    public static string Describe(Accessibility accessibility) => accessibility == Accessibility.Public ? "public" : "protected";

    private static bool IsVisible(ISymbol member)
    {
        if (member.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal)) return false;
        for (var type = member.ContainingType; type is not null; type = type.ContainingType)
        {
            if (type.DeclaredAccessibility == Accessibility.Private || type.IsFileLocal) return false;
            // What derives from an internal type is of this program, and shares the lock on purpose.
            if (type.DeclaredAccessibility == Accessibility.Internal && member.DeclaredAccessibility != Accessibility.Public) return false;
        }

        return true;
    }

    /// <summary>The name by which .NET publishes an object for others to lock.</summary>
    private static bool IsSyncRoot(ISymbol member) => member.Name.TrimStart('_').Equals("SyncRoot", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether base and derived types agree by the member on the object that both lock: there is no private one that would do.</summary>
    private static bool IsContract(ISymbol member) =>
        member.ContainingType.TypeKind == TypeKind.Interface || (member.DeclaredAccessibility == Accessibility.Protected && (member.IsAbstract || member.IsOverride));

    /// <summary>Whether the member is there for several types to lock: one of a static class that has nothing but such objects.</summary>
    private static bool IsShared(ISymbol member) =>
        member.ContainingType is { IsStatic: true } holder
        && holder.GetMembers().OfType<IFieldSymbol>().All(static field => field.IsReadOnly && IsDedicated(field.Type))
        && holder.GetMembers().All(static other => other is IFieldSymbol or IMethodSymbol { MethodKind: MethodKind.StaticConstructor });

    private static bool IsOwn(IMemberReferenceOperation reference) => reference.Instance is IInstanceReferenceOperation || (reference.Member.IsStatic && IsAround(reference));

    private static bool IsAround(IMemberReferenceOperation reference)
    {
        for (var type = reference.SemanticModel?.GetEnclosingSymbol(reference.Syntax.SpanStart)?.ContainingType; type is not null; type = type.ContainingType)
            if (SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, reference.Member.ContainingType.OriginalDefinition)) return true;
        return false;
    }

    /// <summary>An object that serves no other purpose.</summary>
    private static bool IsDedicated(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_Object } or { Name: "Lock", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } };

    private static bool Returns(IPropertySymbol property, string field)
    {
        var getter = property.GetMethod?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();
        var returned = getter switch
        {
            ArrowExpressionClauseSyntax arrow => arrow.Expression,
            AccessorDeclarationSyntax { ExpressionBody.Expression: { } expression } => expression,
            AccessorDeclarationSyntax { Body.Statements: { Count: 1 } statements } when statements[0] is ReturnStatementSyntax { Expression: { } expression } => expression,
            _ => null,
        };
        return returned switch
        {
            IdentifierNameSyntax name => name.Identifier.ValueText == field,
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name.Identifier.ValueText: var name } => name == field,
            _ => false,
        };
    }
}
