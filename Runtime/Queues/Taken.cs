namespace Tandem;

/// <summary>What a taker gets: an item; or, as the default, none, because the queue is at its end or the time is up.</summary>
internal readonly struct Taken<T>(T item)
{
    public T Item { get; } = item;

    public bool HasItem { get; } = true;

    public T ItemOrThrow(string queue) => HasItem ? Item : throw QueueCompletedException.OnTake(queue);
}
