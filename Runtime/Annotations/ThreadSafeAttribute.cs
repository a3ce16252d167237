namespace Tandem;

/// <summary>
/// Says that a type or member may be used by many threads at once, and asks the analyzers to check it as if it were (TDM4001).
/// It changes nothing at run time.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Method | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ThreadSafeAttribute : Attribute;
