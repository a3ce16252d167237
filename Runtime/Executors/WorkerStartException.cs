namespace Tandem;

/// <summary>
/// No worker could be started: the program was not found, ended at once, or its initializer failed. Tasks that waited for a worker fail
/// so; later ones try again.
/// </summary>
/// <param name="message">What was started, why it failed and what to do.</param>
/// <param name="innerException">The initializer's own exception, or the operating system's.</param>
public sealed class WorkerStartException(string message, Exception? innerException = null) : Exception(message, innerException);
