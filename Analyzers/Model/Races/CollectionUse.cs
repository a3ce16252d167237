using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A use of what is in a collection.</summary>
/// <param name="place">What is in it: the contents of the place where the collection lives.</param>
/// <param name="type">What kind of collection it is.</param>
/// <param name="act">What is done with it.</param>
/// <param name="isAlias">Whether the code calls the collection by a local's name.</param>
/// <param name="key">The key or element that it is done with, if it is one.</param>
internal sealed class CollectionUse(
    IOperation operation,
    ImmutableArray<Hold> holds,
    Condition? under,
    Place place,
    CollectionType type,
    CollectionAct act,
    bool isAlias,
    IOperation? key,
    IOperation? value,
    ImmutableArray<Step> sources)
    : Access(operation, holds, under, place, KindOf(act), value, sources)
{
    public CollectionType Type { get; } = type;
    public CollectionAct Act { get; } = act;
    public bool IsAlias { get; } = isAlias;
    public IOperation? Key { get; } = key;

    /// <summary>
    /// Whether the two may not happen at the same time. A count may be old, but is a number; elements of a list that are there already lie side by
    /// side, as in an array; a Hashtable lets many look for elements while one changes it.
    /// </summary>
    public bool ConflictsWith(CollectionUse other) => (Writes || other.Writes) && !IsPlainCount && !other.IsPlainCount
        && !(Type.Name is "List" or "ArrayList" && IsElement && other.IsElement) && !(Type.Name is "Hashtable" && (Act is CollectionAct.Look || other.Act is CollectionAct.Look));

    private bool IsPlainCount => Act is CollectionAct.Count && Operation is IPropertyReferenceOperation;

    private bool IsElement => Act is CollectionAct.Set or CollectionAct.Update || (Act is CollectionAct.Look && Operation is IPropertyReferenceOperation);

    private static AccessKind KindOf(CollectionAct act) => act switch
    {
        CollectionAct.Look or CollectionAct.Count or CollectionAct.Enumerate => AccessKind.Read,
        CollectionAct.Update => AccessKind.Update,
        CollectionAct.Decide => AccessKind.Atomic,
        _ => AccessKind.Write,
    };
}

/// <summary>What is done with a collection.</summary>
internal enum CollectionAct
{
    /// <summary>One of its elements is looked for or read.</summary>
    Look,

    /// <summary>Its elements are counted.</summary>
    Count,

    /// <summary>All of its elements are read.</summary>
    Enumerate,

    /// <summary>An element is set, whatever was there: <c>d[k] = v</c>.</summary>
    Set,

    /// <summary>An element is read and set: <c>d[k] += n</c>.</summary>
    Update,

    /// <summary>An element is added.</summary>
    Add,

    /// <summary>An element is taken out.</summary>
    Take,

    /// <summary>A look and a change in one step: <c>GetOrAdd</c>.</summary>
    Decide,

    /// <summary>All of it is changed: <c>Clear</c>, <c>Sort</c>.</summary>
    Change,
}
