using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>The names that a method of a few lines mentions: enough to see what a helper wraps. What a lambda in it does, it does later.</summary>
internal static class SmallMethod
{
    private const int MaxLength = 400;

    private static readonly ConditionalWeakTable<SyntaxNode, HashSet<string>> s_names = new();
    private static readonly HashSet<string> s_none = [];
    private static readonly HashSet<string> s_waits = ["Wait", "WaitAll", "GetResult", "Result", "RunSynchronously"];

    /// <summary>None for a long method, or one of another assembly.</summary>
    public static HashSet<string> Names(IMethodSymbol method)
    {
        if (method.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault() is not { Span.Length: <= MaxLength } declaration) return s_none;
        return s_names.GetValue(declaration.GetSyntax(), static syntax => [.. syntax.DescendantNodes(static node => node is not AnonymousFunctionExpressionSyntax).OfType<SimpleNameSyntax>().Select(static name => name.Identifier.ValueText)]);
    }

    /// <summary>Whether the method, of this compilation and with a body, neither calls nor makes nor locks anything.</summary>
    public static bool OnlyReads(IMethodSymbol method) => method is { IsAbstract: false, IsExtern: false, ContainingType.TypeKind: not TypeKind.Interface }
        && method.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } declaration
        && !declaration.DescendantNodes().Any(static node => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or LockStatementSyntax);

    /// <summary>Whether the method, by the names in it or by its own, blocks its caller until the task that is passed to it, or that a delegate gives it, has ended.</summary>
    public static bool WaitsForTask(IMethodSymbol method) => !method.IsAsync
        && (Names(method).Overlaps(s_waits) || method.Name.StartsWith("Wait", System.StringComparison.Ordinal) || method.Name.EndsWith("Sync", System.StringComparison.Ordinal));

    /// <summary>Whether the method goes round in a loop until an atomic exchange succeeds.</summary>
    public static bool SpinsForExchange(IMethodSymbol method) => Names(method) is var names && names.Contains("Interlocked") && (names.Contains("CompareExchange") || names.Contains("Exchange"))
        && method.OriginalDefinition.DeclaringSyntaxReferences[0].GetSyntax().DescendantNodes().Any(static node => node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax);
}
