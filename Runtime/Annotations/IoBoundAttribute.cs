namespace Tandem;

/// <summary>
/// Says that a method, or every method of a class, spends its time waiting: for the network, a file, a database, a timer. Overrules the
/// analyzers' own classification of work (TDM1001); it changes nothing at run time.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class IoBoundAttribute : Attribute;
