using System.Collections;
using System.Diagnostics;
using System.Globalization;

namespace Tandem.Workers;

/// <summary>What surrounds a worker process: the checked copy of <see cref="WorkerOptions"/>.</summary>
internal sealed class WorkerSurroundings
{
    private readonly KeyValuePair<string, string?>[] _variables;

    /// <exception cref="ArgumentException">No process can have such surroundings.</exception>
    /// <exception cref="DirectoryNotFoundException">The working directory is not there.</exception>
    public WorkerSurroundings(WorkerOptions options)
    {
        if (options.Name is { } name && (name.Length == 0 || name.Contains('\0')))
            throw new ArgumentException("The Name is empty or has a null character. Leave it out to have one given.", nameof(options));
        _variables = [.. options.EnvironmentVariables, .. CollectorVariables(options.GarbageCollector)];
        foreach (var (variable, value) in _variables)
        {
            if (variable.Length == 0 || variable.AsSpan().ContainsAny('=', '\0') || value?.Contains('\0') == true)
                throw new ArgumentException($"EnvironmentVariables has '{variable}', which no process can have. A name has at least one character and no '='; neither name nor value has a null character.", nameof(options));
        }

        Serializer = ChosenSerializer.From(options.Serializer);
        Output = options.StandardOutput ?? throw new ArgumentException("StandardOutput is null. Leave it out to inherit this process's.", nameof(options));
        Error = options.StandardError ?? throw new ArgumentException("StandardError is null. Leave it out to inherit this process's.", nameof(options));
        if (options.WorkingDirectory is not { } folder)
            return;
        WorkingDirectory = Path.GetFullPath(folder);
        if (!Directory.Exists(WorkingDirectory))
            throw new DirectoryNotFoundException($"WorkingDirectory is '{WorkingDirectory}', which is not there. Create it before, or leave it out.");
    }

    /// <summary>By what arguments and results go; null: JSON.</summary>
    public ChosenSerializer? Serializer { get; }

    public WorkerOutput Output { get; }

    public WorkerOutput Error { get; }

    /// <summary>Whether the link is to read the standard output.</summary>
    public bool PipesOutput => Output != WorkerOutput.Inherit;

    /// <summary>Null: this process's.</summary>
    public string? WorkingDirectory { get; }

    /// <summary>Whether the caller, who is about to wait for workers, is who reads what they write. What they write meanwhile is dropped.</summary>
    public bool IsReceiverWaiting() => Queues.Distinct().Count(static q => q.DropsForWriter()) > 0;

    /// <summary>Waits until what workers wrote is where it goes, or cannot get there.</summary>
    public void Flush()
    {
        foreach (var queue in Queues)
            queue.Flush();
    }

    /// <summary>The same without holding a thread of the caller's.</summary>
    public Task FlushAsync() => Task.WhenAll(Queues.Select(static q => q.FlushAsync()));

    private IEnumerable<OutputQueue> Queues => [Output.Queue ?? OutputQueue.StandardOutput, Error.Queue ?? OutputQueue.StandardError];

    /// <summary>By name, as the runtime reads them: numbers are hexadecimal.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> CollectorVariables(WorkerGarbageCollector collector)
    {
        if (collector.HeapHardLimit <= 0)
            throw new ArgumentOutOfRangeException("options", collector.HeapHardLimit, "HeapHardLimit is not positive. Give a number of bytes, or null for no limit.");
        if (collector.ConserveMemory is < 0 or > 9)
            throw new ArgumentOutOfRangeException("options", collector.ConserveMemory, "ConserveMemory is not from 0 to 9. Give 0 to conserve none, or null to leave it to the configuration.");
        if (collector.ServerGC is { } server)
            yield return new("DOTNET_gcServer", server ? "1" : "0");
        if (collector.ConcurrentGC is { } concurrent)
            yield return new("DOTNET_gcConcurrent", concurrent ? "1" : "0");
        if (collector.HeapHardLimit is { } limit)
            yield return new("DOTNET_GCHeapHardLimit", limit.ToString("X", CultureInfo.InvariantCulture));
        if (collector.ConserveMemory is { } conserve)
            yield return new("DOTNET_GCConserveMemory", conserve.ToString("X", CultureInfo.InvariantCulture));
    }

    /// <summary>This process's environment now, with what the user changed and what a worker needs.</summary>
    public Dictionary<string, string> Environment()
    {
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var (name, value) in _variables)
        {
            if (value is null)
                variables.Remove(name);
            else
                variables[name] = value;
        }

        // The runtime's diagnostics leave a socket and a pipe in the temporary folder when a worker is killed, and cost time at its start.
        if (!Debugger.IsAttached)
            variables.TryAdd("DOTNET_EnableDiagnostics", "0");

        // A server GC makes a heap for each core in each worker.
        variables.TryAdd("DOTNET_gcServer", "0");
        variables[NestingDepth.Variable] = (NestingDepth.Current + 1).ToString(CultureInfo.InvariantCulture);
        return variables;
    }
}
