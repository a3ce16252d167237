namespace Tandem;

/// <summary>
/// An exception that was thrown in a worker process and could not be made again as its own type here: the type is not among this
/// application's assemblies, or has no constructor whose parameters are all known (a message, an inner exception, values of its properties),
/// or none that makes an exception with the same message. Carries what is known of the original.
/// </summary>
/// <param name="message">The original's type name and message.</param>
/// <param name="innerException">The original's inner exception, rebuilt; an <see cref="AggregateException"/> where it had several.</param>
public sealed class RemoteException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The full name of the type that was thrown.</summary>
    public string RemoteTypeName { get; init; } = "";

    /// <summary>The message of the exception that was thrown.</summary>
    public string RemoteMessage { get; init; } = "";

    /// <summary>Where it was thrown, as the worker saw it.</summary>
    public string RemoteStackTrace { get; init; } = "";

    /// <summary>The properties of the exception that was thrown which are text, numbers, times and the like, by name; enums as text.</summary>
    public IReadOnlyDictionary<string, object?> RemoteProperties { get; init; } = new Dictionary<string, object?>();
}
