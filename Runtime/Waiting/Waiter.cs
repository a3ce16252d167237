namespace Tandem.Waiting;

/// <summary>One caller in a <see cref="WaitLine{TWaiter, TResult}"/>, blocked or awaiting. Whoever takes it out of the line, and nobody else, completes it.</summary>
internal class Waiter<TResult>() : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Still in the line. Guarded by the line's gate.</summary>
    public bool IsWaiting { get; set; }
}
