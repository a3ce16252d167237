using System.Globalization;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>
/// Tests that start worker processes run one after the other: they look at all children of the test host, and a machine full of starting
/// runtimes proves nothing.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WorkerProcesses
{
    public const string Name = "Worker processes";

    /// <summary>The living worker processes that the given process has started (proc_pid_stat(5)).</summary>
    public static List<int> ChildrenOf(int processId)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && State(id) is { } state && state.Parent == processId && state.IsAlive && IsWorker(id))
                children.Add(id);
        }

        return children;
    }

    /// <summary>A zombie is dead: it only waits for its parent to look.</summary>
    public static bool IsAlive(int processId) => State(processId) is { IsAlive: true };

    private static bool IsWorker(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Contains("--tandem-worker", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static (int Parent, bool IsAlive)? State(int processId)
    {
        try
        {
            // The name, in parentheses, may hold anything; the state and the parent come after it.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0] is not ("Z" or "X"));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
