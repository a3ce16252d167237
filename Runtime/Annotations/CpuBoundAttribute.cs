namespace Tandem;

/// <summary>
/// Says that a method, or every method of a class, keeps a core busy: it computes rather than waits. Overrules the analyzers' own
/// classification of work (TDM1001); it changes nothing at run time.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class CpuBoundAttribute : Attribute;
