using System.Text.Json.Serialization;
using Tandem.Platform;

namespace Tandem;

/// <summary>
/// One value in memory that processes share: pass it to a worker as an argument, by itself or inside another, and both sides have the same value.
/// </summary>
/// <remarks>
/// <para>Each read and each write is whole, whatever the size of <typeparamref name="T"/>, and a process that is killed while it writes leaves the
/// old value or the new one. Two steps, such as <c>counter.Value++</c>, are not one: use <see cref="Update"/>, or hold <see cref="Lock"/> over both.</para>
/// <para>What <c>multiprocessing.Value</c> is in Python, whose <c>value += 1</c> needs <c>get_lock()</c> all the same.
/// The memory is anonymous, and gone with the last process that has it.</para>
/// </remarks>
/// <typeparam name="T">A number, a <see cref="bool"/>, an enum, or a struct of such, without references and pointers.</typeparam>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed class SharedValue<T> : IDisposable, ISharedPrimitive<SharedValue<T>>
    where T : unmanaged
{
    private const string Name = "SharedValue";

    private static readonly ulong s_kind = SharedLayout<T>.KindOf(Name);

    /// <summary>This object's stand on the shared memory, which begins with the lock.</summary>
    private readonly SharedMemoryLease _lease;

    private readonly SharedCell<T> _cell;

    /// <summary>Makes a value.</summary>
    /// <param name="initial">What it is at first.</param>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> holds a pointer or a handle.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public SharedValue(T initial = default)
        : this(Create(name: null, initial))
    {
    }

    /// <summary>Opens the value of this name, or makes it: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="initial">What a new one is at first; one that is there keeps its value.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    /// <exception cref="InvalidDataException">The value that is there is of another type.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> holds a pointer or a handle.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public SharedValue(string name, T initial = default)
        : this(Create(name ?? throw new ArgumentNullException(nameof(name)), initial))
    {
    }

    private SharedValue(SharedMemoryLease lease)
    {
        _cell = new SharedCell<T>(lease.Memory, ProcessLock.SizeWithin);
        Lock = ProcessLock.Within(lease.Memory);
        _lease = lease;
    }

    static string ISharedPrimitive<SharedValue<T>>.Name => Name;

    static ulong ISharedPrimitive<SharedValue<T>>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<SharedValue<T>>.Lease => _lease;

    /// <summary>The lock to hold over several steps. It is not reentrant, and reading and writing <see cref="Value"/> does not take it.</summary>
    public ProcessLock Lock { get; }

    /// <summary>The value as it is at this moment.</summary>
    /// <exception cref="ObjectDisposedException">The value was disposed in this process.</exception>
    public T Value
    {
        get
        {
            _lease.ThrowIfEnded();
            var value = _cell.Read(_lease);
            GC.KeepAlive(this);
            return value;
        }

        set
        {
            _lease.ThrowIfEnded();
            _cell.Write(value, _lease);
            GC.KeepAlive(this);
        }
    }

    static SharedValue<T> ISharedPrimitive<SharedValue<T>>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>Changes the value in one step, under <see cref="Lock"/>: nobody who holds that or calls this comes between.</summary>
    /// <param name="change">Makes the new value of the old one, once. If it throws, the value stays. It must not take <see cref="Lock"/>, nor may the caller hold it.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ObjectDisposedException">The value was disposed in this process, before the call or while it waited.</exception>
    public T Update(Func<T, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        using var scope = Lock.Acquire();
        return Value = change(Value);
    }

    /// <summary>Lets go of the value in this process; others that have it go on. Calling it again does nothing.</summary>
    public void Dispose()
    {
        Lock.Dispose();
        _lease.Dispose();
    }

    private static SharedMemoryLease Create(string? name, T initial)
    {
        SharedLayout<T>.Check(Name);
        return SharedMemoryTable.Make(name, s_kind, ProcessLock.SizeWithin + SharedCell<T>.Size, Name, memory => new SharedCell<T>(memory, ProcessLock.SizeWithin).Begin(initial), ProcessLock.FirstKind);
    }
}
