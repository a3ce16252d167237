namespace Tandem;

/// <summary>
/// Says which lock guards a field or property: whoever touches it without that lock is told (TDM4007, TDM4001 for a check and a change), and
/// the fix takes that lock. It changes nothing at run time. The name and the meaning are those of Error Prone's and the JCIP book's <c>@GuardedBy</c>.
/// </summary>
/// <param name="lockName">The lock's name, best given as <c>nameof(_gate)</c>: a field or property of the same type.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class GuardedByAttribute(string lockName) : Attribute
{
    /// <summary>The name of the lock that guards the member.</summary>
    public string LockName { get; } = lockName;
}
