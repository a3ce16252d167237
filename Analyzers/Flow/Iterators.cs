using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Methods with a <c>yield</c>: a call makes an object, and the code runs when somebody takes the items.</summary>
internal static class Iterators
{
    /// <summary>Whether <paramref name="call"/> of <paramref name="target"/> runs nothing of it yet, since no one takes its items there.</summary>
    public static bool RunsLater(IMethodSymbol target, IOperation call) => IsIterator(target) && !IsEnumerated(call);

    private static bool IsIterator(IMethodSymbol method) =>
        method.ReturnType.Name is "IEnumerable" or "IEnumerator" or "IAsyncEnumerable" or "IAsyncEnumerator"
        && method.DeclaringSyntaxReferences.Any(static reference => FunctionGraphs.OwnNodes(reference.GetSyntax()).Any(static node => node is YieldStatementSyntax));

    private static bool IsEnumerated(IOperation items) => items.Consumer() switch
    {
        IForEachLoopOperation or ISpreadOperation => true,
        IArgumentOperation { Parameter: { OriginalDefinition.Type.TypeKind: not TypeKind.TypeParameter, ContainingSymbol: IMethodSymbol reader }, Parent: { } call } when IsReader(reader) =>
            // `Where` and the like pass the items on, to whoever takes those of theirs.
            reader.MethodKind == MethodKind.Constructor || reader.ReturnType.Name is not ("IEnumerable" or "IOrderedEnumerable") || IsEnumerated(call),
        _ => false,
    };

    private static bool IsReader(IMethodSymbol method) =>
        method.ContainingType is { SpecialType: SpecialType.System_String }
        || (method.ContainingNamespace?.ToDisplayString() is { } space && (space == "System.Linq" || space.StartsWith("System.Collections", StringComparison.Ordinal)));
}
