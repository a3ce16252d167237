using Tandem.Platform;

namespace Tandem;

/// <summary>A primitive whose whole state lies in one <see cref="SharedMemory"/>, so that a reference to the memory is all that crosses.</summary>
internal interface ISharedPrimitive<TSelf>
    where TSelf : ISharedPrimitive<TSelf>
{
    /// <summary>For messages.</summary>
    static abstract string Name { get; }

    /// <summary>Says what lies in the memory; see <see cref="SharedMemoryKind"/>.</summary>
    static abstract ulong Kind { get; }

    SharedMemoryLease Lease { get; }

    /// <summary>The primitive on memory that another process made.</summary>
    /// <exception cref="InvalidDataException">What the memory says of itself makes no sense.</exception>
    static abstract TSelf Attach(SharedMemoryLease lease);

    /// <summary>As <see cref="Attach(SharedMemoryLease)"/>, where several lie on one memory.</summary>
    /// <param name="lease">On the memory.</param>
    /// <param name="part">The reference's.</param>
    static virtual TSelf Attach(SharedMemoryLease lease, int part) => TSelf.Attach(lease);

    /// <summary>A reference for another process.</summary>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    SharedMemoryReference Send() => Lease.Send();
}
