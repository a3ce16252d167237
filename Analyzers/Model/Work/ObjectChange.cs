using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>An operation that changes an object in place.</summary>
/// <param name="Target">The object.</param>
/// <param name="Member">The member of it that is assigned; null where a collection changes.</param>
/// <param name="IsOrder">Whether only the order of its elements does.</param>
internal sealed record ObjectChange(IOperation Target, string? Member = null, bool IsOrder = false)
{
    private static readonly HashSet<string> s_methods =
    [
        "Add", "AddRange", "TryAdd", "Insert", "InsertRange", "Remove", "RemoveAt", "RemoveAll", "RemoveRange", "RemoveWhere", "TryRemove", "Clear", "AddFirst", "AddLast", "AddBefore", "AddAfter", "RemoveFirst", "RemoveLast",
        "Push", "Pop", "TryPop", "Enqueue", "Dequeue", "TryDequeue", "EnqueueRange", "UnionWith", "ExceptWith", "IntersectWith", "SymmetricExceptWith", "AddOrUpdate", "GetOrAdd", "TryUpdate", "SetValue", "Fill",
    ];

    private static readonly HashSet<string> s_orders = ["Sort", "Reverse", "Shuffle"];

    /// <summary>What an operation changes: what it assigns to, or the collection that it calls to change itself.</summary>
    public static IEnumerable<ObjectChange> Of(IOperation operation) => operation switch
    {
        // `(a[0], a[1]) = (a[1], a[0])` changes the order alone.
        IDeconstructionAssignmentOperation { Target: ITupleOperation tuple } swap => tuple.Elements.SelectMany(Written).Select(change => change with { IsOrder = change.Member is null && WorkValue.Unconverted(swap.Value) is ITupleOperation }),
        IAssignmentOperation { Target: var target } and not IDeconstructionAssignmentOperation => Written(target),
        IIncrementOrDecrementOperation { Target: var target } => Written(target),
        IInvocationOperation call => Called(call),
        _ => [],
    };

    /// <summary>Whether the method of a framework's collection changes it, and whether only its order.</summary>
    private static IEnumerable<ObjectChange> Called(IInvocationOperation call)
    {
        var (method, isOrder) = (call.TargetMethod, s_orders.Contains(call.TargetMethod.Name));
        if (!isOrder && !s_methods.Contains(method.Name)) return [];

        var space = method.ContainingType.ContainingNamespace.ToDisplayString();
        if (call.Instance is { } collection)
        {
            return (space.StartsWith("System.Collections.", System.StringComparison.Ordinal) && space is not ("System.Collections.Immutable" or "System.Collections.Frozen")) || space == "System.Collections" || method.ContainingType.Name == "Span"
                ? [new(collection, IsOrder: isOrder)]
                : method.ContainingType is { Name: "Random" } && call.Arguments.Length > 0 ? [new(call.Arguments[0].Value, IsOrder: true)] : [];
        }

        return space == "System" && method.ContainingType.Name is "Array" or "MemoryExtensions" && call.Arguments.Length > 0 && call.Arguments[0].Parameter?.RefKind == RefKind.None ? [new(call.Arguments[0].Value, IsOrder: isOrder)] : [];
    }

    // Of `order.Count = 3` it is Count that changes; of `numbers[3] = 1` the collection.
    private static IEnumerable<ObjectChange> Written(IOperation target) => WorkValue.Unconverted(target) switch
    {
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } collection } => [new(collection)],
        IArrayElementReferenceOperation element => [new(element.ArrayReference)],
        IMemberReferenceOperation { Instance: { } changed, Member.Name: var name } => [new(changed, name)],
        _ => [],
    };
}
