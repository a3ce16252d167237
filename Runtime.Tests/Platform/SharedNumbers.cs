using System.Text.Json.Serialization;
using Tandem.Platform;

namespace Tandem.Runtime.Tests.Platform;

/// <summary>Plain numbers in shared memory, guarded by nothing: what the tests count on to see whether a lock excludes.</summary>
[JsonConverter(typeof(SharedMemoryConverter))]
internal sealed unsafe class SharedNumbers : ISharedPrimitive<SharedNumbers>, IDisposable
{
    private static readonly ulong s_kind = SharedMemoryKind.Of(nameof(SharedNumbers));

    public SharedNumbers(int count)
        : this(SharedMemoryTable.Add(SharedMemory.Create(s_kind, count * sizeof(long)), nameof(SharedNumbers)))
    {
    }

    private SharedNumbers(SharedMemoryLease lease) => Lease = lease;

    public static string Name => nameof(SharedNumbers);

    public static ulong Kind => s_kind;

    public SharedMemoryLease Lease { get; }

    /// <summary>Not to be used after the numbers are disposed.</summary>
    public ref long this[int index] => ref *Lease.Memory.At<long>(index * sizeof(long));

    public static SharedNumbers Attach(SharedMemoryLease lease) => new(lease);

    public void Dispose() => Lease.Dispose();
}
