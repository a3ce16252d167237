namespace Tandem.Platform;

/// <summary>The shared memory that this process has open: each piece once, and kept open for those who will find a reference in a queue and have not come yet.</summary>
internal static class SharedMemoryTable
{
    /// <summary>Guards the fields below and each memory's number of leases.</summary>
    private static readonly Lock s_gate = new();

    /// <summary>What is open. Weak, so that a forgotten primitive is collected and its memory with it.</summary>
    private static readonly Dictionary<UInt128, WeakReference<SharedMemory>> s_open = [];

    /// <summary>What must stay open though this process may have forgotten it, because a reference lies where another may read it at any time.</summary>
    private static readonly HashSet<SharedMemory> s_awaited = [];

    /// <summary>At how many entries the tables are next searched for those that have become needless.</summary>
    private static int s_pruneOpenAt = 64;

    private static int s_pruneAwaitedAt = 16;

    /// <summary>Makes a new piece for a primitive; where it has a name, opens the piece of that name if there is one.</summary>
    /// <param name="name">What processes that are not related know it by; null for none.</param>
    /// <param name="kind">What stands on it.</param>
    /// <param name="payloadSize">In bytes.</param>
    /// <param name="owner">The primitive, for messages.</param>
    /// <param name="initialize">Writes what new memory holds, before anybody else sees it.</param>
    /// <param name="firstKind">See <see cref="SharedMemory.Create"/>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidDataException">Memory of this name is there, and something else stands on it.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory.</exception>
    /// <exception cref="IOException">The system is out of descriptors or memory.</exception>
    public static SharedMemoryLease Make(string? name, ulong kind, long payloadSize, string owner, Action<SharedMemory> initialize, ulong firstKind = 0)
    {
        if (name is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            return Add(NamedMemory.OpenOrCreate(name, owner, kind, payloadSize, initialize, firstKind), owner);
        }

        var memory = SharedMemory.Create(kind, payloadSize, firstKind);
        initialize(memory);
        return Add(memory, owner);
    }

    /// <summary>Enters a piece and gives out a lease; where this process has it open already, of that one, and this one is let go of.</summary>
    public static SharedMemoryLease Add(SharedMemory memory, string owner)
    {
        lock (s_gate)
        {
            // Opened by its name, or by another thread meanwhile.
            if (s_open.TryGetValue(memory.Cookie, out var entered) && entered.TryGetTarget(out var known))
            {
                memory.Close();
                return LeaseHeld(known, owner);
            }

            if (s_open.Count >= s_pruneOpenAt)
            {
                foreach (var (cookie, open) in s_open)
                {
                    if (!open.TryGetTarget(out _))
                        s_open.Remove(cookie);
                }

                s_pruneOpenAt = Math.Max(64, 2 * s_open.Count);
            }

            s_open[memory.Cookie] = new(memory);
            return LeaseHeld(memory, owner);
        }
    }

    /// <summary>Another primitive's stand on memory that this process has open.</summary>
    /// <param name="memory">With a lease that has not ended.</param>
    /// <param name="owner">For messages.</param>
    public static SharedMemoryLease Share(SharedMemory memory, string owner)
    {
        lock (s_gate)
            return LeaseHeld(memory, owner);
    }

    /// <summary>Opens what a reference names, or finds it open already.</summary>
    /// <exception cref="InvalidDataException">What is there is not the memory the reference speaks of, or of another kind.</exception>
    /// <exception cref="IOException">The other process has ended or has let go of the memory.</exception>
    public static SharedMemoryLease Receive(SharedMemoryReference reference, ulong kind, string owner)
    {
        if (TryLease(reference, kind, owner) is { } known)
            return known;
        var memory = SharedMemory.Open(reference, kind);
        if (reference.IsAwaited)
            memory.MarkReceived();
        return Add(memory, owner);
    }

    /// <summary>A reference to send. The memory is kept open by the message that is being written, or else by this table until the reference has been received.</summary>
    public static SharedMemoryReference Send(SharedMemory memory)
    {
        var message = MessageMemory.BeingWritten;
        message?.Add(memory);
        if (message is { IsLeft: false })
            return memory.Reference(isAwaited: false);
        lock (s_gate)
        {
            memory.MarkSent();
            if (s_awaited.Add(memory) && s_awaited.Count >= s_pruneAwaitedAt)
            {
                s_awaited.RemoveWhere(static awaited => !awaited.IsAwaited);
                s_pruneAwaitedAt = Math.Max(16, 2 * s_awaited.Count);
            }

            return memory.Reference(isAwaited: true);
        }
    }

    /// <summary>A reference that was made here will not be sent after all.</summary>
    public static void Withdraw(SharedMemory memory)
    {
        lock (s_gate)
        {
            // Disposed meanwhile, perhaps: then nobody waits for it any more.
            if (!s_awaited.Contains(memory) || !memory.TryEnter())
                return;
            memory.MarkWithdrawn();
            if (!memory.IsAwaited)
                s_awaited.Remove(memory);
            memory.Exit();
        }
    }

    /// <summary>Ends a lease; the last one closes the memory, for those under way to it too.</summary>
    public static void EndLease(SharedMemory memory)
    {
        lock (s_gate)
        {
            if (!memory.RemoveLeaseHeld())
                return;
            s_awaited.Remove(memory);
            s_open.Remove(memory.Cookie);
            memory.Close();
        }
    }

    private static SharedMemoryLease? TryLease(SharedMemoryReference reference, ulong kind, string owner)
    {
        lock (s_gate)
        {
            if (!s_open.TryGetValue(reference.Cookie, out var open) || !open.TryGetTarget(out var memory))
                return null;
            memory.RequireKind(kind);
            if (reference.IsAwaited)
                memory.MarkReceived();
            return LeaseHeld(memory, owner);
        }
    }

    private static SharedMemoryLease LeaseHeld(SharedMemory memory, string owner)
    {
        memory.AddLeaseHeld();
        return new SharedMemoryLease(memory, owner);
    }
}
