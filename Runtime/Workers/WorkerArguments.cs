using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tandem.Workers;

/// <summary>The command line of a worker, which tells ps whose it is.</summary>
internal readonly record struct WorkerArguments(string Name, int ParentId)
{
    private const string Marker = "--tandem-worker";

    public static IEnumerable<string> Format(string name) => [Marker, name, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)];

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out WorkerArguments? parsed)
    {
        parsed = arguments is [Marker, var name, var parent] && int.TryParse(parent, CultureInfo.InvariantCulture, out var parentId)
            ? new WorkerArguments(name, parentId)
            : null;
        return parsed is not null;
    }
}
