using System.Diagnostics;

namespace Tandem.Executors;

/// <summary>
/// The items that wait for a worker, first come first served. Linked through the items themselves, so that one more costs no allocation and
/// a canceled one leaves from the middle at once.
/// </summary>
internal sealed class WorkQueue
{
    private WorkItem? _first;
    private WorkItem? _last;

    public int Count { get; private set; }

    public void AddFirst(WorkItem item)
    {
        (item.Previous, item.Next) = (null, _first);
        if (_first is null)
            _last = item;
        else
            _first.Previous = item;
        _first = item;
        Count++;
    }

    public void AddLast(WorkItem item)
    {
        (item.Previous, item.Next) = (_last, null);
        if (_last is null)
            _first = item;
        else
            _last.Next = item;
        _last = item;
        Count++;
    }

    /// <summary>Takes the first; there must be one.</summary>
    public WorkItem RemoveFirst()
    {
        var first = _first!;
        Remove(first);
        return first;
    }

    /// <summary>Takes an item that is in this queue.</summary>
    public void Remove(WorkItem item)
    {
        Debug.Assert(Count > 0 && (item.Previous is not null || _first == item), "the item is in the queue");
        if (item.Previous is null)
            _first = item.Next;
        else
            item.Previous.Next = item.Next;
        if (item.Next is null)
            _last = item.Previous;
        else
            item.Next.Previous = item.Previous;
        (item.Previous, item.Next) = (null, null);
        Count--;
    }
}
