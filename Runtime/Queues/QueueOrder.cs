namespace Tandem;

/// <summary>Which item a <see cref="ThreadQueue{T}"/> gives out next.</summary>
public enum QueueOrder
{
    /// <summary>First in, first out: the item that has waited longest (Python's <c>queue.Queue</c>).</summary>
    Fifo,

    /// <summary>Last in, first out: the newest item (<c>queue.LifoQueue</c>).</summary>
    Lifo,

    /// <summary>The smallest item by the queue's comparer; among equals, the one that has waited longest (<c>queue.PriorityQueue</c>, which leaves equals in no order).</summary>
    Priority,
}
