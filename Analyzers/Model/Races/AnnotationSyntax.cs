using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like an annotation of Tandem's that makes state shared: [ThreadSafe], [GuardedBy]; or that says what its callers hold: [Holds]. A first look, before anything is bound.</summary>
internal static class AnnotationSyntax
{
    /// <summary>Whether the declaration around the node, or one of the types around that, is marked as shared.</summary>
    public static bool IsShared(SyntaxNode node)
    {
        foreach (var ancestor in node.AncestorsAndSelf())
            if (ancestor is MemberDeclarationSyntax { AttributeLists: { Count: > 0 } lists } && lists.SelectMany(static list => list.Attributes).Any(IsShared)) return true;
        return false;
    }

    /// <summary>Whether the member says that a lock is held while it runs, or runs when nobody else sees its object: a constructor, an initializer, a finalizer.</summary>
    public static bool SaysAlone(SyntaxNode member) => member switch
    {
        MethodDeclarationSyntax method => AreAny(method.AttributeLists, "Holds", "HoldsAttribute", "MethodImpl", "MethodImplAttribute"),
        AccessorDeclarationSyntax accessor => AreAny(accessor.AttributeLists, "MethodImpl", "MethodImplAttribute"),
        ConstructorDeclarationSyntax or DestructorDeclarationSyntax or EqualsValueClauseSyntax => true,
        _ => false,
    };

    /// <summary>Whether the method says that its callers hold a lock.</summary>
    public static bool SaysHeld(MethodDeclarationSyntax method) => AreAny(method.AttributeLists, "Holds", "HoldsAttribute");

    private static bool AreAny(SyntaxList<AttributeListSyntax> lists, params string[] names)
    {
        foreach (var list in lists)
            foreach (var attribute in list.Attributes)
                if (names.Contains(NameOf(attribute))) return true;
        return false;
    }

    private static bool IsShared(AttributeSyntax attribute) => NameOf(attribute) is "ThreadSafe" or "ThreadSafeAttribute" or "GuardedBy" or "GuardedByAttribute";

    private static string? NameOf(AttributeSyntax attribute) => attribute.Name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax qualified => qualified.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };
}
