using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A place in memory that processes share.</summary>
/// <param name="Owner">The SharedValue, the SharedArray or the view of a mapped file.</param>
/// <param name="Index">The index of the item, or the position in the view; null for a value.</param>
internal sealed record SharedPlace(IOperation Owner, IOperation? Index)
{
    private const int MaxSteps = 8;

    /// <summary>Whether an object of that type is memory that processes share.</summary>
    public static bool IsShared(ITypeSymbol? type) => IsTandem(type) || IsView(type);

    public static bool IsTandem(ITypeSymbol? type) => type is INamedTypeSymbol { Name: "SharedValue" or "SharedArray", Arity: 1, ContainingNamespace: { Name: "Tandem", ContainingNamespace.IsGlobalNamespace: true } };

    public static bool IsView(ITypeSymbol? type) => type is { Name: "MemoryMappedViewAccessor" or "UnmanagedMemoryAccessor", ContainingNamespace: { Name: "MemoryMappedFiles" or "IO" } };

    /// <summary>The place that an expression denotes which can be read and written: <c>v.Value</c>, <c>a[i]</c>, <c>a.Span[i].Count</c>, a reference to one.</summary>
    public static SharedPlace? Of(IOperation? expression)
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            switch (expression.Unconverted())
            {
                case IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance }:
                    expression = instance;
                    break;
                case IPropertyReferenceOperation { Property.Name: "Value", Instance: { } owner } when owner.Type?.Name == "SharedValue" && IsTandem(owner.Type):
                    return new(owner, null);
                case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } owner, Arguments: { Length: 1 } indices } when IsTandem(owner.Type):
                    return new(owner, indices[0].Value);
                case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { Type.Name: "Span" } span, Arguments: { Length: 1 } indices }:
                    return WorkValue.Of(span) is IPropertyReferenceOperation { Property.Name: "Span", Instance: { } spanned } && IsTandem(spanned.Type) ? new(spanned, indices[0].Value) : null;
                case ILocalReferenceOperation { Local: { IsRef: true, DeclaringSyntaxReferences: { Length: 1 } } local } reference:
                    expression = WorkValue.Root(reference).Descendants().OfType<IVariableDeclaratorOperation>().FirstOrDefault(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, local))?.GetVariableInitializer()?.Value;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    /// <summary>The place that a call reads or writes which is given its position: <c>view.ReadInt32(8)</c>, <c>view.Write(8, n)</c>.</summary>
    public static SharedPlace? OfCall(IOperation operation, string verb) =>
        operation is IInvocationOperation { Instance: { } owner, TargetMethod.Name: var name } call && name.StartsWith(verb, StringComparison.Ordinal) && IsView(owner.Type)
        && call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "position") is { } position ? new(owner, position.Value) : null;

    /// <summary>Whether both surely are the same place, as the same code would name it.</summary>
    public bool IsSame(SharedPlace other) => SameValue.Of(Owner, other.Owner) && (Index is null ? other.Index is null : other.Index is not null && IsSameIndex(Index, other.Index));

    private static bool IsSameIndex(IOperation x, IOperation y) => SameValue.Of(x, y) || (AccessPath.OfNumber(x) is { } path && path.Equals(AccessPath.OfNumber(y)));
}
