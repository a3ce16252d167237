namespace Tandem;

/// <summary>In what surroundings worker processes run: what <see cref="ProcessExecutorOptions"/> and <see cref="WorkerProcessOptions"/> have in common.</summary>
public abstract class WorkerOptions
{
    private protected WorkerOptions()
    {
    }

    /// <summary>
    /// What messages, <c>ps</c> and <c>top</c> call the process; those of an executor are numbered, <c>Name-worker-1</c>. Null, the default, is
    /// the name of the type.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// Environment variables that a worker gets besides those of this process, or in their place; null takes one away. They apply
    /// from the start of the process on.
    /// </summary>
    public IDictionary<string, string?> EnvironmentVariables { get; } = new Dictionary<string, string?>();

    /// <summary>How the garbage collector of a worker works.</summary>
    public WorkerGarbageCollector GarbageCollector { get; } = new();

    /// <summary>The current directory in which a worker starts. Null, the default, is this process's at that time.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>
    /// A class that derives from <see cref="ProcessSerializer"/> and has a public constructor without parameters: it carries arguments and results
    /// in place of System.Text.Json. A type and not an object, as each worker makes its own. Null, the default, is System.Text.Json.
    /// </summary>
    public Type? Serializer { get; set; }

    /// <summary>Where a worker's standard output goes; <see cref="WorkerOutput.Inherit"/> by default.</summary>
    public WorkerOutput StandardOutput { get; set; } = WorkerOutput.Inherit;

    /// <summary>Where a worker's standard error goes; <see cref="WorkerOutput.Inherit"/> by default.</summary>
    public WorkerOutput StandardError { get; set; } = WorkerOutput.Inherit;
}
