#pragma warning disable CS1591, CA1822 // placeholder: each type gets a file of its own
// The public API of Tandem as C#: names and signatures to keep. It is a floor, not a ceiling: members may be added (results of a
// WorkerProcess, options, async forms), and each type gets a file, doc comments and a body of its own. Bodies here only throw.
#nullable enable
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Tandem;

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
