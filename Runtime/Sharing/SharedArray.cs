using System.Text.Json.Serialization;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// An array in memory that processes share: pass it to a worker as an argument, by itself or inside another, and both sides have the same items
/// at once, however many. Nothing is copied.
/// </summary>
/// <remarks>
/// <para>The items are not guarded: where two processes, or threads, use the same item and one of them writes, hold <see cref="Lock"/> over
/// each use, or give each its own part. An item of up to eight bytes, and of a power of two, is read and written whole; a larger one can be seen half written.</para>
/// <para>The length is fixed: other processes have the memory mapped, and it cannot grow under them. What is never touched takes no memory.</para>
/// <para>What <c>multiprocessing.Array</c>, <c>RawArray</c> and <c>shared_memory</c> are in Python. The memory is anonymous, and gone with the last
/// process that has it.</para>
/// </remarks>
/// <typeparam name="T">A number, a <see cref="bool"/>, an enum, or a struct of such, without references and pointers.</typeparam>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed unsafe class SharedArray<T> : IDisposable, ISharedPrimitive<SharedArray<T>>
    where T : unmanaged
{
    private const string Name = "SharedArray";

    /// <summary>Where the number of items lies: behind the lock, on a cache line of its own. The items follow on the next.</summary>
    private const int LengthOffset = ProcessLock.SizeWithin;

    private const int ItemsOffset = LengthOffset + 64;

    private static readonly ulong s_kind = SharedLayout<T>.KindOf(Name);

    /// <summary>This object's stand on the shared memory, which begins with the lock.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>Lent by the memory; see <see cref="SharedMemory.Lend"/>.</summary>
    private readonly T* _items;

    /// <summary>Makes an array of zeros.</summary>
    /// <param name="length">How many items it has, for ever.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> holds a pointer or a handle.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public SharedArray(int length)
        : this(Create(name: null, length))
    {
    }

    /// <summary>Opens the array of this name, or makes it, of zeros: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="length">How many items it has, for ever.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the array that is there has another length, which cannot change.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="InvalidDataException">The array that is there has items of another type.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> holds a pointer or a handle.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public SharedArray(string name, int length)
        : this(Create(name ?? throw new ArgumentNullException(nameof(name)), length))
    {
        if (Length == length)
            return;
        Lock.Dispose();
        throw _lease.Differs(name, $"has {Length} items", nameof(length));
    }

    /// <summary>Makes an array of the given items.</summary>
    /// <param name="items">They are copied.</param>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> holds a pointer or a handle.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public SharedArray(ReadOnlySpan<T> items)
        : this(Create(name: null, items.Length)) => items.CopyTo(Span);

    private SharedArray(SharedMemoryLease lease)
    {
        var length = *lease.Memory.At<long>(LengthOffset);
        // Read once, and never believed beyond the size that the kernel tells.
        Length = length is >= 0 and <= int.MaxValue ? (int)length : throw new InvalidDataException($"An array of {length} items does not lie within shared memory of {lease.Memory.Size} bytes.");
        _items = lease.Memory.Lend<T>(ItemsOffset, Length);
        Lock = ProcessLock.Within(lease.Memory);
        _lease = lease;
    }

    static string ISharedPrimitive<SharedArray<T>>.Name => Name;

    static ulong ISharedPrimitive<SharedArray<T>>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<SharedArray<T>>.Lease => _lease;

    /// <summary>How many items there are.</summary>
    public int Length { get; }

    /// <summary>The lock to hold where several use the same items. It is not reentrant, and no member of the array takes it.</summary>
    public ProcessLock Lock { get; }

    /// <summary>The items, as a view of the shared memory: what is written to it, all processes see.</summary>
    /// <remarks>
    /// A span does not keep its array: use it while the array is undisposed and something refers to it, as <c>using</c> does, or a field, or the call
    /// of a worker that got it as an argument. After <see cref="Dispose"/> a span that is still there does no harm and no good: it sees memory
    /// of this process alone, zeros at first. Once an array is forgotten and collected, its spans must not be used.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The array was disposed in this process.</exception>
    public Span<T> Span
    {
        get
        {
            _lease.ThrowIfEnded();
            return new Span<T>(_items, Length);
        }
    }

    /// <summary>One item.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such item, and there will not be: the length is fixed.</exception>
    /// <exception cref="ObjectDisposedException">The array was disposed in this process.</exception>
    public T this[int index]
    {
        get
        {
            var item = *At(index);
            GC.KeepAlive(this);
            return item;
        }

        set
        {
            *At(index) = value;
            GC.KeepAlive(this);
        }
    }

    static SharedArray<T> ISharedPrimitive<SharedArray<T>>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>Lets go of the array in this process; others that have it go on. Calling it again does nothing.</summary>
    public void Dispose()
    {
        Lock.Dispose();
        _lease.Dispose();
    }

    private static SharedMemoryLease Create(string? name, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        SharedLayout<T>.Check(Name);
        var size = checked(ItemsOffset + ((long)length * sizeof(T)));
        return SharedMemoryTable.Make(name, s_kind, size, Name, memory => *memory.At<long>(LengthOffset) = length, ProcessLock.FirstKind);
    }

    private T* At(int index)
    {
        _lease.ThrowIfEnded();
        return (uint)index < (uint)Length ? _items + index : throw OutOfRange(index);
    }

    private IndexOutOfRangeException OutOfRange(int index) =>
        new($"This SharedArray has {Length} items, numbered from 0, so there is none with index {index}. Its length is fixed; where more are needed, make a longer one.");
}
