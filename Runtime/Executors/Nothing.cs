namespace Tandem.Executors;

/// <summary>The result of work that has none, so that the Action forms are Func forms like the others.</summary>
internal readonly struct Nothing;
