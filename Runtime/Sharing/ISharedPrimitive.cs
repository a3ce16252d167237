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
}
