namespace Tandem;

/// <summary>
/// Says that a type or member is only ever used by one thread at a time, by design, so that the race rules leave it alone.
/// It changes nothing at run time.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Method | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ThreadConfinedAttribute : Attribute;
