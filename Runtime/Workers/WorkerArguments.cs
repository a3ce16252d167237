using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>The command line of a worker, which also tells ps whose it is.</summary>
internal sealed record WorkerArguments(string Name, int ParentId, WorkerDescriptors Descriptors)
{
    private const string Marker = "--tandem-worker";

    public static IEnumerable<string> Format(string name, WorkerDescriptors descriptors) =>
        [Marker, name, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), descriptors.ToString()];

    public static bool TryParse(ReadOnlySpan<string> arguments, [NotNullWhen(true)] out WorkerArguments? parsed)
    {
        parsed = arguments is [Marker, var name, var parent, var open]
            && int.TryParse(parent, CultureInfo.InvariantCulture, out var parentId)
            && WorkerDescriptors.TryParse(open, out var descriptors)
            ? new WorkerArguments(name, parentId, descriptors)
            : null;
        return parsed is not null;
    }
}
