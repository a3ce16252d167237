using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like a type of more than one word, of which a reader may see half of a change. A first look, before anything is bound.</summary>
internal static class TornSyntax
{
    /// <summary>Structures of the framework of more than one word.</summary>
    public static readonly ImmutableHashSet<string> Framework =
        ["Decimal", "Guid", "DateTimeOffset", "Int128", "UInt128", "BigInteger", "Nullable", "ValueTuple", "KeyValuePair", "Memory", "ReadOnlyMemory", "ArraySegment", "ReadOnlySequence"];

    /// <summary>The name that decides it: of a structure that some file declares, or of one of the framework's. Null where the type is no candidate.</summary>
    public static string? Candidate(TypeSyntax type) => type switch
    {
        PredefinedTypeSyntax predefined => predefined.Keyword.IsKind(SyntaxKind.DecimalKeyword) ? "Decimal" : null,
        NullableTypeSyntax { ElementType: PredefinedTypeSyntax element } => element.Keyword.IsKind(SyntaxKind.StringKeyword) || element.Keyword.IsKind(SyntaxKind.ObjectKeyword) ? null : "Nullable",
        NullableTypeSyntax nullable => Candidate(nullable.ElementType),
        TupleTypeSyntax => "ValueTuple",
        SimpleNameSyntax name => name.Identifier.ValueText,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax qualified => qualified.Name.Identifier.ValueText,
        _ => null,
    };
}
