namespace Tandem.Platform;

/// <summary>One primitive's stand on a <see cref="SharedMemory"/>, ended by its Dispose. Others of this process that stand on the same memory go on.</summary>
internal sealed class SharedMemoryLease(SharedMemory memory, string owner) : IDisposable
{
    /// <summary>1 once the lease has ended.</summary>
    private int _ended;

    /// <summary>The memory; use it inside only.</summary>
    public SharedMemory Memory => memory;

    /// <summary>Keeps the memory mapped until <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public void Enter()
    {
        if (!memory.TryEnter())
            throw Disposed();
        if (Volatile.Read(ref _ended) == 0)
            return;
        memory.Exit();
        throw Disposed();
    }

    public void Exit() => memory.Exit();

    /// <summary>Uses what lies in the memory, which stays mapped meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public TResult Inside<TContents, TResult>(TContents contents, Func<TContents, TResult> use)
    {
        Enter();
        try
        {
            return use(contents);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>As <see cref="Enter"/>, for a stay that ends on the same thread, with the disposal of what is returned.</summary>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public MemoryVisit Visit()
    {
        if (!memory.TryVisit(out var visit))
            throw Disposed();
        if (Volatile.Read(ref _ended) == 0)
            return visit;
        visit.Dispose();
        throw Disposed();
    }

    /// <summary>For those who wait inside.</summary>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public void ThrowIfEnded()
    {
        if (Volatile.Read(ref _ended) != 0)
            throw Disposed();
    }

    /// <summary>A reference for another process, which may open the memory until this process ends, the last lease here does, or the message it is part of is given up.</summary>
    /// <exception cref="ObjectDisposedException">The primitive was disposed.</exception>
    public SharedMemoryReference Send()
    {
        Enter();
        try
        {
            return SharedMemoryTable.Send(memory);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Ends the lease on named memory whose maker wanted something else than the one who opens it now.</summary>
    public ArgumentException Differs(string? name, string fact, string parameter)
    {
        Dispose();
        return new ArgumentException($"The {owner} named '{name}' is there already and {fact}. All who open it must say the same.", parameter);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            SharedMemoryTable.EndLease(memory);
    }

    private ObjectDisposedException Disposed() =>
        new(owner, $"This {owner} was disposed in this process. Other processes that have it go on using it; dispose it here only when the last use here is over.");
}
