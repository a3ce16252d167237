namespace Tandem;

/// <summary>Those who wait at a <see cref="ProcessBarrier"/> will not all come: one of them has died, or the barrier was aborted or reset.</summary>
/// <remarks>What <c>BrokenBarrierError</c> is in Python.</remarks>
public sealed class BrokenBarrierException : InvalidOperationException
{
    /// <summary>Makes the exception with a message that says why and what to do.</summary>
    /// <param name="message">The message.</param>
    public BrokenBarrierException(string message) : base(message)
    {
    }

    internal static BrokenBarrierException Aborted() =>
        new("This ProcessBarrier is broken: it was aborted. Reset it before it is used again.");

    internal static BrokenBarrierException ByDeath(int processId) =>
        new($"This ProcessBarrier is broken: process {processId}, which had it, has died. Reset it before it is used again.");

    internal static BrokenBarrierException WasReset() =>
        new("This ProcessBarrier was reset while participants waited at it.");
}
