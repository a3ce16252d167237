using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace Tandem.Workers;

/// <summary>
/// The assemblies of one folder of plug-ins, in a worker. What the application has itself the plug-ins share with it; the rest comes from
/// their folder, so plug-ins that bring different builds of an assembly stay apart.
/// </summary>
internal sealed class PlugInContext : AssemblyLoadContext
{
    private static readonly ConcurrentDictionary<string, PlugInContext> s_byFolder = new();

    private readonly string _folder;

    private PlugInContext(string folder)
        : base($"Plug-ins in {folder}") => _folder = folder;

    /// <summary>The application's own assembly of a name, or the framework's. Null where there is none, or an older one.</summary>
    public static Assembly? FindShared(AssemblyName name)
    {
        try
        {
            return Default.LoadFromAssemblyName(name);
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException)
        {
            return null;
        }
    }

    /// <summary>Loads a plug-in from its file; null where the file is not there.</summary>
    public static Assembly? Load(string location) =>
        File.Exists(location) ? s_byFolder.GetOrAdd(Path.GetDirectoryName(location)!, static f => new(f)).LoadFromAssemblyPath(location) : null;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (FindShared(assemblyName) is { } shared)
            return shared;
        var file = Path.Combine(_folder, assemblyName.CultureName ?? "", $"{assemblyName.Name}.dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }
}
