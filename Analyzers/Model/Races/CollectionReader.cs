using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells which collection an operation uses, and how.</summary>
internal static class CollectionReader
{
    internal readonly record struct Use(IOperation Collection, CollectionType Type, CollectionAct Act, IOperation? Key = null, IOperation? Value = null);

    public static Use? Of(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (call.Instance is null || CollectionType.ActOf(method.Name) is not { } act || TypeOf(call.Instance, method) is not { } type) return null;
        return new Use(call.Instance, type, act, Argument(call, 0), type.HasKeys ? Argument(call, 1) : null);
    }

    /// <summary>A property or an indexer.</summary>
    public static Use? Of(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        if (reference.Instance is null || CollectionType.ActOf(property.IsIndexer ? "this[]" : property.Name) is not { } act || TypeOf(reference.Instance, property) is not { } type) return null;
        return new Use(reference.Instance, type, act, reference.Arguments.FirstOrDefault()?.Value);
    }

    /// <summary>What reads all elements in turn: a loop, a spread.</summary>
    public static Use? Of(IOperation enumerated) => TypeOf(enumerated, null) is { } type ? new Use(enumerated, type, CollectionAct.Enumerate) : null;

    /// <summary>An argument that a library reads: <c>_bag.Any()</c> of LINQ, <c>new List&lt;int>(_items)</c>, <c>string.Join(',', _items)</c>.</summary>
    public static Use? Of(IArgumentOperation argument)
    {
        if (argument.Parameter is not { Type.Name: "IEnumerable" or "IReadOnlyDictionary", ContainingSymbol: IMethodSymbol { DeclaringSyntaxReferences.IsEmpty: true } method }) return null;
        if (argument.Value.Unconverted() is not { } collection || Of(collection) is not { } use) return null;
        var act = method.ContainingType.Name is "Enumerable" or "CollectionExtensions" && CollectionType.ActOf(method.Name) is CollectionAct.Count or CollectionAct.Look ? CollectionType.ActOf(method.Name)!.Value : CollectionAct.Enumerate;
        return use with { Act = act, Key = argument.Parent is IInvocationOperation call ? Argument(call, 1) : null };
    }

    /// <summary>The collection that the member is one of. Behind an interface there may be any; a type of the user's own has ways of its own to be safe.</summary>
    private static CollectionType? TypeOf(IOperation instance, ISymbol? member) => CollectionType.Of(member switch
    {
        { ContainingType: { TypeKind: not TypeKind.Interface } type } => type,
        _ => instance.Type?.TypeKind is TypeKind.Interface ? HeldType.Of(instance) : instance.Type,
    });

    private static IOperation? Argument(IInvocationOperation call, int ordinal) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter is { RefKind: RefKind.None } parameter && parameter.Ordinal == ordinal)?.Value;
}
