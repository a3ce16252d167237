#pragma warning disable CS1591, CA1822 // placeholder: each type gets a file of its own
// The public API of Tandem as C#: names and signatures to keep. It is a floor, not a ceiling: members may be added (results of a
// WorkerProcess, options, async forms), and each type gets a file, doc comments and a body of its own. Bodies here only throw.
#nullable enable
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Tandem;

public abstract class Executor : IDisposable, IAsyncDisposable
{
    public int MaxWorkers => throw new NotImplementedException();

    public Task<TResult> Submit<TResult>(Func<TResult> work, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task<TResult> Submit<TResult>(Func<Task<TResult>> work, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit(Func<Task> work, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit(Action work, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<TResult> Submit<T, TResult>(Func<T, TResult> work, T argument, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task<TResult> Submit<T, TResult>(Func<T, Task<TResult>> work, T argument, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T>(Func<T, Task> work, T argument, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T>(Action<T> work, T argument, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<TResult> Submit<T1, T2, TResult>(Func<T1, T2, TResult> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task<TResult> Submit<T1, T2, TResult>(Func<T1, T2, Task<TResult>> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T1, T2>(Func<T1, T2, Task> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T1, T2>(Action<T1, T2> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<TResult> Submit<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task<TResult> Submit<T1, T2, T3, TResult>(Func<T1, T2, T3, Task<TResult>> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T1, T2, T3>(Func<T1, T2, T3, Task> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T1, T2, T3>(Action<T1, T2, T3> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<TResult> Submit<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task<TResult> Submit<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, Task<TResult>> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Task> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public Task Submit<T1, T2, T3, T4>(Action<T1, T2, T3, T4> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public IAsyncEnumerable<TResult> Map<T, TResult>(Func<T, TResult> work, IEnumerable<T> items, MapOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public IAsyncEnumerable<TResult> Map<T, TResult>(Func<T, Task<TResult>> work, IEnumerable<T> items, MapOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task ShutdownAsync(bool cancelPending = false) => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

public sealed class ThreadExecutorOptions
{
    public int MaxWorkers { get; set; }
    public Action? Initializer { get; set; }
}

public sealed class ProcessExecutorOptions
{
    public int MaxWorkers { get; set; }
    public Action? Initializer { get; set; }
    public int? MaxTasksPerWorker { get; set; }
}

public sealed class MapOptions
{
    public bool Ordered { get; set; }
    public int ChunkSize { get; set; }
    public int MaxInFlight { get; set; }
    public IProgress<int>? Progress { get; set; }
}

public sealed class ThreadExecutor : Executor
{
    public ThreadExecutor(ThreadExecutorOptions? options = null) { }
    public ThreadExecutor(int maxWorkers) { }
}

public sealed class ProcessExecutor : Executor
{
    public ProcessExecutor(ProcessExecutorOptions? options = null) { }
    public ProcessExecutor(int maxWorkers) { }
    public void Terminate() => throw new NotImplementedException();
}

public sealed class ProcessQueue<T> : IDisposable
{
    public ProcessQueue(int capacity = 0) { }
    public int Count => throw new NotImplementedException();
    public int Capacity => throw new NotImplementedException();
    public void Put(T item) => throw new NotImplementedException();
    public bool TryPut(T item, TimeSpan timeout = default) => throw new NotImplementedException();
    public ValueTask PutAsync(T item, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public T Take() => throw new NotImplementedException();
    public bool TryTake(out T item, TimeSpan timeout = default) => throw new NotImplementedException();
    public ValueTask<T> TakeAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public void Complete() => throw new NotImplementedException();
    public void MarkDone() => throw new NotImplementedException();
    public void Join() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}

public sealed class WorkerCrashedException(string message) : Exception(message);
public sealed class RemoteException(string message) : Exception(message);

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class CpuBoundAttribute : Attribute;

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class IoBoundAttribute : Attribute;

[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class GuardedByAttribute(string lockName) : Attribute
{
    public string LockName { get; } = lockName;
}

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, AllowMultiple = true)]
public sealed class HoldsAttribute(string lockName) : Attribute
{
    public string LockName { get; } = lockName;
}

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Method | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ThreadSafeAttribute : Attribute;

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Method | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ThreadConfinedAttribute : Attribute;

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface)]
public sealed class ProcessPortableAttribute : Attribute;
