namespace Tandem.Runtime.Tests.Queues;

/// <summary>The members that all queues share, so that one suite can run over them.</summary>
public interface IQueueUnderTest<T> : IDisposable
{
    int Count { get; }

    int Capacity { get; }

    bool IsCompleted { get; }

    void Put(T item, CancellationToken cancellationToken = default);

    bool TryPut(T item, TimeSpan timeout = default);

    ValueTask PutAsync(T item, CancellationToken cancellationToken = default);

    T Take(CancellationToken cancellationToken = default);

    bool TryTake(out T? item, TimeSpan timeout = default);

    ValueTask<T> TakeAsync(CancellationToken cancellationToken = default);

    IAsyncEnumerable<T> TakeAllAsync(CancellationToken cancellationToken = default);

    void Complete();

    void MarkDone();

    void Join();

    bool Join(TimeSpan timeout);

    ValueTask JoinAsync(CancellationToken cancellationToken = default);
}
