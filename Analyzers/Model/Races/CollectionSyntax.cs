using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like the declaration of a collection. A first look, before anything is bound.</summary>
internal static class CollectionSyntax
{
    /// <summary>Whether the node is the name of a concurrent collection's type.</summary>
    public static bool IsConcurrent(SyntaxNode node) => node is GenericNameSyntax { Identifier.ValueText: var name } && CollectionType.IsConcurrentName(name);

    /// <summary>Whether the node is the name of a plain collection's type.</summary>
    public static bool IsPlain(SyntaxNode node) => node is SimpleNameSyntax { Identifier.ValueText: var name } && CollectionType.IsPlainName(name);

    /// <summary>What is declared with that type: <c>ConcurrentBag&lt;int> bag</c>, <c>var bag = new ConcurrentBag&lt;int>()</c>.</summary>
    public static IEnumerable<string> Declared(SyntaxNode type)
    {
        foreach (var node in type.Ancestors())
        {
            switch (node)
            {
                case VariableDeclarationSyntax variables: return variables.Variables.Select(static variable => variable.Identifier.ValueText);
                case PropertyDeclarationSyntax property: return [property.Identifier.ValueText];
                case ParameterSyntax parameter: return [parameter.Identifier.ValueText];
                case StatementSyntax or MemberDeclarationSyntax or ArgumentListSyntax: return [];
            }
        }

        return [];
    }
}
