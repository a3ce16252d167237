using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like an annotation of Tandem's that makes state shared: [ThreadSafe], [GuardedBy]. A first look, before anything is bound.</summary>
internal static class AnnotationSyntax
{
    /// <summary>Whether the declaration around the node, or one of the types around that, is marked as shared.</summary>
    public static bool IsShared(SyntaxNode node)
    {
        foreach (var ancestor in node.AncestorsAndSelf())
            if (ancestor is MemberDeclarationSyntax { AttributeLists: { Count: > 0 } lists } && lists.SelectMany(static list => list.Attributes).Any(IsShared)) return true;
        return false;
    }

    private static bool IsShared(AttributeSyntax attribute) => attribute.Name switch
    {
        QualifiedNameSyntax qualified => IsName(qualified.Right),
        AliasQualifiedNameSyntax qualified => IsName(qualified.Name),
        SimpleNameSyntax name => IsName(name),
        _ => false,
    };

    private static bool IsName(SimpleNameSyntax name) => name.Identifier.ValueText is "ThreadSafe" or "ThreadSafeAttribute" or "GuardedBy" or "GuardedByAttribute";
}
