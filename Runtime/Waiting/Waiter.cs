namespace Tandem.Waiting;

/// <summary>One caller in a <see cref="WaitLine{TWaiter, TResult}"/>, blocked or awaiting. Whoever takes it out of the line, and nobody else, completes it.</summary>
internal class Waiter<TResult>() : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Its place in the line; null when it is in none, or in none any more. Guarded by the line's gate.</summary>
    public LinkedListNode<Waiter<TResult>>? Place { get; set; }
}
