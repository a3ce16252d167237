namespace Tandem;

/// <summary>A line that a worker wrote to its standard output or standard error.</summary>
/// <param name="WorkerName">Which worker.</param>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Text">The line without its end.</param>
public readonly record struct WorkerLine(string WorkerName, int ProcessId, string Text);
