using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>A collection of the BCL, as far as threads care.</summary>
/// <param name="Name">Its name, without type parameters.</param>
/// <param name="IsConcurrent">Whether each of its operations is one step to other threads.</param>
internal sealed record CollectionType(string Name, bool IsConcurrent)
{
    private static readonly Dictionary<string, CollectionType> s_concurrent = Table(isConcurrent: true, "ConcurrentDictionary", "ConcurrentQueue", "ConcurrentStack", "ConcurrentBag", "BlockingCollection");

    private static readonly Dictionary<string, CollectionType> s_plain = Table(isConcurrent: false,
        "List", "Dictionary", "HashSet", "Queue", "Stack", "SortedDictionary", "SortedList", "SortedSet", "LinkedList", "PriorityQueue", "OrderedDictionary", "ArrayList", "Hashtable", "BitArray", "StringBuilder");

    // Whatever else a plain collection can do only looks.
    private static readonly HashSet<string> s_adding = ["Add", "AddRange", "TryAdd", "Insert", "InsertRange", "Enqueue", "EnqueueRange", "Push", "PushRange", "AddFirst", "AddLast", "AddBefore", "AddAfter", "Append", "AppendLine", "AppendFormat", "AppendJoin", "UnionWith"];

    private static readonly HashSet<string> s_taking = ["Remove", "RemoveAt", "RemoveAll", "RemoveRange", "RemoveWhere", "RemoveFirst", "RemoveLast", "Dequeue", "TryDequeue", "Pop", "TryPop", "TryPopRange", "Take", "TryTake", "TryRemove", "ExceptWith", "IntersectWith"];

    private static readonly HashSet<string> s_changing = ["Clear", "Sort", "Reverse", "SymmetricExceptWith", "EnqueueDequeue", "DequeueEnqueue", "Replace", "Set", "SetAll", "SetByIndex", "SetAt", "And", "Or", "Xor", "Not", "LeftShift", "RightShift"];

    private static readonly HashSet<string> s_deciding = ["GetOrAdd", "AddOrUpdate", "TryUpdate"];

    private static readonly HashSet<string> s_counting = ["Count", "LongCount", "IsEmpty", "Any", "Length"];

    private static readonly HashSet<string> s_looking = ["this[]", "Item", "ContainsKey", "Contains", "ContainsValue", "TryGetValue", "TryPeek", "Peek", "IndexOf", "Find", "FindIndex", "Exists", "BinarySearch", "First", "Last", "Min", "Max", "FirstOrDefault", "LastOrDefault", "GetValueOrDefault", "ElementAt", "Get", "IndexOfKey", "IndexOfValue"];

    // What says nothing of the elements.
    private static readonly HashSet<string> s_indifferent = ["Comparer", "Capacity", "EnsureCapacity", "TrimExcess", "IsReadOnly", "SyncRoot", "IsSynchronized", "AsReadOnly", "GetType", "Equals", "GetHashCode", "CompleteAdding", "IsAddingCompleted", "BoundedCapacity", "Dispose", "MaxCapacity", "OnDeserialization", "GetObjectData"];

    /// <summary>Whether a concurrent collection has that name, or a plain one.</summary>
    public static bool IsConcurrentName(string name) => s_concurrent.ContainsKey(name);

    public static bool IsPlainName(string name) => s_plain.ContainsKey(name);

    public bool HasKeys => Name is "ConcurrentDictionary" or "Dictionary" or "Hashtable" or "SortedDictionary" or "SortedList" or "OrderedDictionary";

    /// <summary>Whether a static member Synchronized makes a wrapper of it that is as good as locked.</summary>
    public bool CanBeSynchronized => Name is "ArrayList" or "Hashtable" or "Queue" or "Stack" or "SortedList";

    public static CollectionType? Of(ITypeSymbol? type)
    {
        if (type is not INamedTypeSymbol { ContainingType: null, ContainingNamespace: { } space }) return null;
        var table = space switch
        {
            { Name: "Concurrent", ContainingNamespace: { Name: "Collections", ContainingNamespace.Name: "System" } } => s_concurrent,
            { Name: "Generic", ContainingNamespace: { Name: "Collections", ContainingNamespace.Name: "System" } } => s_plain,
            { Name: "Collections", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => s_plain,
            { Name: "Text", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => s_plain,
            _ => null,
        };
        return table is not null && table.TryGetValue(type.Name, out var found) ? found : null;
    }

    /// <summary>What calling the member, or reading the property, does with the collection; null for what tells nothing of its elements.</summary>
    public static CollectionAct? ActOf(string member) =>
        s_adding.Contains(member) ? CollectionAct.Add
        : s_taking.Contains(member) ? CollectionAct.Take
        : s_deciding.Contains(member) ? CollectionAct.Decide
        : s_changing.Contains(member) ? CollectionAct.Change
        : s_counting.Contains(member) ? CollectionAct.Count
        : s_looking.Contains(member) ? CollectionAct.Look
        : s_indifferent.Contains(member) ? null
        : CollectionAct.Enumerate;

    private static Dictionary<string, CollectionType> Table(bool isConcurrent, params string[] names)
    {
        var table = new Dictionary<string, CollectionType>();
        foreach (var name in names) table[name] = new CollectionType(name, isConcurrent);
        return table;
    }
}
