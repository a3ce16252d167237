namespace Tandem;

/// <summary>The items of a <see cref="ThreadQueue{T}"/> in its order. Not thread-safe; the queue's gate guards it.</summary>
internal abstract class ItemStore<T>
{
    public abstract int Count { get; }

    public abstract void Add(T item);

    /// <summary>Removes the next item; there must be one.</summary>
    public abstract T Remove();

    public static ItemStore<T> Create(QueueOrder order, IComparer<T>? comparer) => order switch
    {
        QueueOrder.Fifo => new Fifo(),
        QueueOrder.Lifo => new Lifo(),
        QueueOrder.Priority => new Priority(comparer ?? DefaultComparer()),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "The order is none of Fifo, Lifo and Priority."),
    };

    /// <summary>Refuses at once what would else fail at the second item, in the middle of the heap.</summary>
    private static Comparer<T> DefaultComparer()
    {
        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return typeof(IComparable<>).MakeGenericType(type).IsAssignableFrom(type) || typeof(IComparable).IsAssignableFrom(type)
            ? Comparer<T>.Default
            : throw new ArgumentException($"A priority queue can't order {typeof(T)}, which implements no IComparable<{typeof(T).Name}>. Pass a comparer.", "comparer");
    }

    private sealed class Fifo : ItemStore<T>
    {
        private readonly Queue<T> _items = [];

        public override int Count => _items.Count;

        public override void Add(T item) => _items.Enqueue(item);

        public override T Remove() => _items.Dequeue();
    }

    private sealed class Lifo : ItemStore<T>
    {
        private readonly Stack<T> _items = [];

        public override int Count => _items.Count;

        public override void Add(T item) => _items.Push(item);

        public override T Remove() => _items.Pop();
    }

    private sealed class Priority(IComparer<T> comparer) : ItemStore<T>
    {
        /// <summary>Ordered by the item, then by its number: the heap alone would give equals out in any order.</summary>
        private readonly PriorityQueue<T, (T Item, long Number)> _items = new(Comparer<(T Item, long Number)>.Create((a, b) =>
            comparer.Compare(a.Item, b.Item) is not 0 and var byItem ? byItem : a.Number.CompareTo(b.Number)));

        private long _nextNumber;

        public override int Count => _items.Count;

        public override void Add(T item) => _items.Enqueue(item, (item, _nextNumber++));

        public override T Remove() => _items.Dequeue();
    }
}
