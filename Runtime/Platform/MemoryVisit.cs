namespace Tandem.Platform;

/// <summary>A stay of one thread inside a <see cref="SharedMemory"/>, which keeps it mapped until it is disposed, by that thread.</summary>
/// <param name="memory">Where.</param>
/// <param name="visitor">The thread; null for one that is somewhere already and was counted instead.</param>
internal readonly ref struct MemoryVisit(SharedMemory memory, MemoryVisitor? visitor)
{
    public void Dispose()
    {
        if (visitor is null)
            memory.Exit();
        else
            memory.EndVisit(visitor);
    }
}
