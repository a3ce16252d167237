using System.Numerics;
using System.Runtime.CompilerServices;
using Tandem.Workers;

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

    /// <summary>Refuses at once what would else fail at the second item, or at the first tie.</summary>
    private static Comparer<T> DefaultComparer()
    {
        if (Unordered(typeof(T)) is not { } culprit)
            return Comparer<T>.Default;
        var which = culprit == typeof(T) ? "which" : $"since {DisplayName.Of(culprit)}";
        throw new ArgumentException($"A priority queue can't order {DisplayName.Of(typeof(T))}, {which} implements no IComparable<{DisplayName.Of(culprit)}>. Pass a comparer.", "comparer");
    }

    /// <summary>The type that has no comparison of its own: a tuple has one, which fails where it meets equal members and one after them that has none.</summary>
    private static Type? Unordered(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsAssignableTo(typeof(ITuple)) && type.IsConstructedGenericType && type.Assembly == typeof(ITuple).Assembly)
            return type.GetGenericArguments().Select(Unordered).FirstOrDefault(t => t is not null);
        return typeof(IComparable<>).MakeGenericType(type).IsAssignableFrom(type) || typeof(IComparable).IsAssignableFrom(type) ? null : type;
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

    /// <summary>
    /// A skip list (W. Pugh, "Skip Lists: A Probabilistic Alternative to Balanced Trees", 1990). It compares only while an item is added, before
    /// it changes anything, and always with both that become the item's neighbours: what the comparer throws belongs to whoever puts an item
    /// that cannot be ordered, never to a taker, as it would with a heap.
    /// </summary>
    private sealed class Priority(IComparer<T> comparer) : ItemStore<T>
    {
        private const int MaxHeight = 24;

        private readonly Node _head = new(default!, MaxHeight);
        private int _height = 1;
        private int _count;

        public override int Count => _count;

        public override void Add(T item)
        {
            var added = new Node(item, RandomHeight());
            var before = FindBefore(item);
            for (var level = 0; level < added.Next.Length; level++)
            {
                var previous = level < _height ? before[level] : _head;
                added.Next[level] = previous.Next[level];
                previous.Next[level] = added;
            }

            _height = Math.Max(_height, added.Next.Length);
            _count++;
        }

        public override T Remove()
        {
            var first = _head.Next[0]!;
            first.Next.CopyTo(_head.Next, 0);
            _count--;
            return first.Item;
        }

        /// <summary>The last node at each level that comes before a new item: after its equals, so that these come out in their order.</summary>
        private Node[] FindBefore(T item)
        {
            var before = new Node[_height];
            var node = _head;
            for (var level = _height - 1; level >= 0; level--)
            {
                while (node.Next[level] is { } next && comparer.Compare(next.Item, item) <= 0)
                    node = next;
                before[level] = node;
            }

            return before;
        }

        /// <summary>Each level has half of the nodes of the one below.</summary>
        private static int RandomHeight() => Math.Min(MaxHeight, 1 + BitOperations.TrailingZeroCount(Random.Shared.NextInt64() | long.MinValue));

        private sealed class Node(T item, int height)
        {
            public T Item => item;

            /// <summary>The next node at each level.</summary>
            public Node?[] Next { get; } = new Node?[height];
        }
    }
}
