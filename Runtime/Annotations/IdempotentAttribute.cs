namespace Tandem;

/// <summary>
/// Says that work may be run again after it was run in part: to run it twice has the same effect as to run it once. A
/// <see cref="ProcessExecutor"/> runs such work again when the worker that ran it dies, up to <see cref="ProcessExecutorOptions.MaxRetries"/> times.
/// A method, or a lambda: <c>executor.Submit([Idempotent] static () =&gt; …)</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IdempotentAttribute : Attribute;
