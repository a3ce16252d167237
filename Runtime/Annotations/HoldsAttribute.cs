namespace Tandem;

/// <summary>
/// Says that whoever calls this member already holds a lock: the body counts as locked, and who calls it without the lock is told (TDM4007).
/// It changes nothing at run time.
/// </summary>
/// <param name="lockName">The lock's name, best given as <c>nameof(_gate)</c>: a field or property of the same type.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, AllowMultiple = true)]
public sealed class HoldsAttribute(string lockName) : Attribute
{
    /// <summary>The name of the lock that the caller holds.</summary>
    public string LockName { get; } = lockName;
}
