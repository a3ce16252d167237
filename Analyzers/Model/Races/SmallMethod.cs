using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>The names that a method of a few lines mentions: enough to see what a helper wraps.</summary>
internal static class SmallMethod
{
    private const int MaxLength = 400;

    private static readonly ConditionalWeakTable<SyntaxNode, HashSet<string>> s_names = new();
    private static readonly HashSet<string> s_none = [];

    /// <summary>None for a long method, or one of another assembly.</summary>
    public static HashSet<string> Names(IMethodSymbol method)
    {
        if (method.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault() is not { Span.Length: <= MaxLength } declaration) return s_none;
        return s_names.GetValue(declaration.GetSyntax(), static syntax => [.. syntax.DescendantNodes().OfType<SimpleNameSyntax>().Select(static name => name.Identifier.ValueText)]);
    }
}
