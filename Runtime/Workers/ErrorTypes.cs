using System.Reflection;
using System.Runtime.Loader;

namespace Tandem.Workers;

/// <summary>
/// Finds the type of an exception that a worker names. Bounded, as the name comes from the wire: it must derive from Exception and be declared
/// by the very build that the worker had; its assembly, and those of its generic arguments, must be loaded here already or be on the
/// application's own list. Nothing is searched for, and nothing loaded by a path.
/// </summary>
internal static class ErrorTypes
{
    /// <summary>Longer names would only keep the parser busy.</summary>
    private const int MaxName = 1024;

    private static readonly Lazy<HashSet<string>> s_trusted = new(() =>
        [.. (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator).Select(p => Path.GetFileNameWithoutExtension(p)!)]);

    /// <summary>Null where there is no such type here. May throw what the parser or the loader throws.</summary>
    public static Type? Find(string typeName, string assemblyName, Guid moduleVersion)
    {
        if (typeName.Length > MaxName || assemblyName.Length > MaxName)
            return null;
        var declaring = Assemblies(assemblyName).FirstOrDefault(a => a.ManifestModule.ModuleVersionId == moduleVersion);
        if (declaring is null)
            return null;
        var type = Type.GetType(
            typeName,
            name => Assemblies(name.Name ?? "").FirstOrDefault(),
            (assembly, name, _) => (assembly ?? declaring).GetType(name),
            throwOnError: false);
        return type is { IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableTo(typeof(Exception)) ? type : null;
    }

    private static IEnumerable<Assembly> Assemblies(string name)
    {
        var loaded = Array.FindAll(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name == name);
        return loaded.Length == 0 && s_trusted.Value.Contains(name) ? [AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name))] : loaded;
    }
}
