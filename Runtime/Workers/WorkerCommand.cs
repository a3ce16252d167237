using System.Reflection;

namespace Tandem.Workers;

/// <summary>
/// How a worker is started: Tandem's own program in this application's clothes, with its list of assemblies and its runtime configuration, so
/// that it loads what the application loads and never runs the application's Main.
/// </summary>
internal sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>An environment variable: 1 makes all workers portable ones. The tests run so too.</summary>
    private const string PortableSwitch = "TANDEM_PORTABLE";

    private static readonly Lazy<WorkerCommand> s_current = new(Find, LazyThreadSafetyMode.PublicationOnly);

    /// <exception cref="WorkerStartException">This application was started in a way that a worker cannot follow.</exception>
    public static WorkerCommand Current => s_current.Value;

    /// <summary>Whether workers are portable ones unless something else is said.</summary>
    public static bool IsPortableByDefault { get; } = !OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(PortableSwitch) == "1";

    /// <summary>Whether the worker is reached by what every operating system has, also where this one has better.</summary>
    public bool IsPortable { get; init; }

    /// <summary>What the program loads before its Main; null: it is no program but a worker's.</summary>
    public string? StartupHook { get; init; }

    /// <summary>As a user would type it.</summary>
    public override string ToString() => string.Join(' ', Arguments.Prepend(Program).Select(a => a.Contains(' ') ? $"'{a}'" : a));

    private static WorkerCommand Find()
    {
        var program = typeof(WorkerCommand).Assembly.Location;
        if (program.Length == 0 || FindMuxer() is not { } muxer)
            return OwnHost.Command() with { IsPortable = IsPortableByDefault };

        var arguments = new List<string> { "exec" };
        if (ApplicationFile("APP_CONTEXT_DEPS_FILES") is { } deps)
        {
            arguments.AddRange(["--depsfile", deps]);
            var configuration = Path.ChangeExtension(Path.ChangeExtension(deps, null), ".runtimeconfig.json");
            if (File.Exists(configuration))
                arguments.AddRange(["--runtimeconfig", configuration]);
        }
        else if (Assembly.GetEntryAssembly()?.Location is { Length: > 0 } entry && Path.ChangeExtension(entry, ".runtimeconfig.json") is var configuration && File.Exists(configuration))
        {
            arguments.AddRange(["--runtimeconfig", configuration]);
        }

        // Where a test host or an IDE runs an application that was not published, its packages are still in their folder.
        foreach (var folder in Paths("PROBING_DIRECTORIES"))
            arguments.AddRange(["--additionalprobingpath", folder]);
        arguments.Add(program);
        return new WorkerCommand(muxer, arguments) { IsPortable = IsPortableByDefault };
    }

    /// <summary>The <c>dotnet</c> that belongs to the runtime that runs this process, whatever PATH says; null where it is the application's own runtime.</summary>
    private static string? FindMuxer()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } own && Path.GetFileName(own) == name)
            return own;

        // <root>/shared/Microsoft.NETCore.App/<version>/System.Private.CoreLib.dll
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var shared = Path.GetDirectoryName(Path.GetDirectoryName(runtime));
        return Path.GetFileName(shared) == "shared" && Path.Combine(Path.GetDirectoryName(shared)!, name) is var muxer && File.Exists(muxer) ? muxer : null;
    }

    /// <summary>The first file of a host property, which is the application's own; the frameworks' come after it.</summary>
    private static string? ApplicationFile(string property) => Paths(property).FirstOrDefault(File.Exists);

    private static string[] Paths(string property) =>
        (AppContext.GetData(property) as string)?.Split([';', Path.PathSeparator], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
