namespace Tandem;

/// <summary>
/// How the garbage collector of worker processes works, in place of what the application's configuration and this process's environment say.
/// What is null is left to those; but for server GC, which workers have only where it is asked for here or by a variable.
/// </summary>
public sealed class WorkerGarbageCollector
{
    /// <summary>Whether a worker has a heap for each core (<c>DOTNET_gcServer</c>): more throughput for work with many threads, and much more memory.</summary>
    public bool? ServerGC { get; set; }

    /// <summary>Whether old objects are collected beside the work (<c>DOTNET_gcConcurrent</c>), by a thread of its own. Without, pauses are longer and a worker has less memory and starts sooner.</summary>
    public bool? ConcurrentGC { get; set; }

    /// <summary>
    /// The most that a worker's heap may take, in bytes (<c>DOTNET_GCHeapHardLimit</c>). Work that needs more gets an <see cref="OutOfMemoryException"/>,
    /// which it throws as any other; where the runtime itself gets none, the worker crashes.
    /// </summary>
    public long? HeapHardLimit { get; set; }

    /// <summary>From 0 to 9, how much the collector does to keep the heap small (<c>DOTNET_GCConserveMemory</c>): from how much waste on it compacts.</summary>
    public int? ConserveMemory { get; set; }
}
