using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The framework that a test compiles against, taken from the SDK that runs the tests.</summary>
public sealed class ReferenceAssemblies
{
    private readonly Lazy<ImmutableArray<MetadataReference>> _references;

    private ReferenceAssemblies(string targetFramework, Func<IEnumerable<string>> files)
    {
        TargetFramework = targetFramework;
        // Made once a process: compilations that share reference objects share the symbols read from them.
        _references = new(() => [.. files().Select(file => MetadataReference.CreateFromFile(file))]);
    }

    public string TargetFramework { get; }

    public Task<ImmutableArray<MetadataReference>> ResolveAsync(string? language, CancellationToken cancellationToken) => Task.FromResult(References);

    internal ImmutableArray<MetadataReference> References => _references.Value;

    // shared/Microsoft.NETCore.App/10.0.0/ is three levels below the root of the running dotnet.
    private static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Newest(string folder) => Directory.GetDirectories(folder)
        .MaxBy(path => Version.TryParse(Path.GetFileName(path).Split('-')[0], out var version) ? version : new Version())
        ?? throw new DirectoryNotFoundException($"'{folder}' has no versions.");

    public static class Net
    {
        public static ReferenceAssemblies Net100 { get; } = new("net10.0", () =>
            Directory.GetFiles(Path.Combine(Newest(Path.Combine(DotnetRoot, "packs", "Microsoft.NETCore.App.Ref")), "ref", "net10.0"), "*.dll"));
    }

    public static class NetStandard
    {
        /// <summary>A framework without System.Threading.Lock, IAsyncEnumerable and what else came after 2017. The SDK carries it for MSBuild's inline tasks.</summary>
        public static ReferenceAssemblies NetStandard20 { get; } = new("netstandard2.0", () =>
            [Path.Combine(Newest(Path.Combine(DotnetRoot, "sdk")), "ref", "netstandard.dll")]);
    }
}
