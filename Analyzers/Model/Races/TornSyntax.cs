using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like a type of more than one word, of which a reader may see half of a change. A first look, before anything is bound.</summary>
internal static class TornSyntax
{
    public static bool MayTear(TypeSyntax type) => type switch
    {
        PredefinedTypeSyntax predefined => predefined.Keyword.IsKind(SyntaxKind.DecimalKeyword),
        NullableTypeSyntax { ElementType: PredefinedTypeSyntax element } => !element.Keyword.IsKind(SyntaxKind.StringKeyword) && !element.Keyword.IsKind(SyntaxKind.ObjectKeyword),
        NullableTypeSyntax nullable => MayTear(nullable.ElementType),
        TupleTypeSyntax or IdentifierNameSyntax => true,
        QualifiedNameSyntax qualified => MayTear(qualified.Right),
        AliasQualifiedNameSyntax qualified => MayTear(qualified.Name),
        GenericNameSyntax generic => generic.Identifier.ValueText is "Nullable" or "ValueTuple" or "KeyValuePair" or "Memory" or "ReadOnlyMemory" or "ArraySegment" or "ReadOnlySequence",
        _ => false,
    };
}
