namespace Tandem;

/// <summary>
/// A queue was asked for more than it will ever give: an item was put after <c>Complete()</c>, or taken after the last one had been taken.
/// </summary>
/// <remarks>Says what <see cref="System.Threading.Channels.ChannelClosedException"/> says of a channel and, like it, is an <see cref="InvalidOperationException"/>.</remarks>
public sealed class QueueCompletedException : InvalidOperationException
{
    /// <summary>Makes the exception with a message that says which queue and what to do.</summary>
    /// <param name="message">The message.</param>
    public QueueCompletedException(string message) : base(message)
    {
    }

    internal static QueueCompletedException OnPut(string queue) =>
        new($"This {queue} was completed, so nothing can be put into it any more. Put every item before Complete().");

    internal static QueueCompletedException OnTake(string queue) =>
        new($"This {queue} was completed and its last item has been taken. Use TryTake or TakeAllAsync to learn of the end without an exception.");
}
