using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.Benchmarks.Analyzers;

/// <summary>
/// The C# projects below a folder, read without MSBuild: each project's own files against the SDK's reference assemblies and the
/// projects that it references. Packages are not restored, so some names stay unbound; an analyzer has to live with that anyway.
/// </summary>
internal static class LooseProject
{
    private static readonly string[] s_implicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    /// <summary>Loads every project below <paramref name="folder"/>; where none is, the whole folder counts as one.</summary>
    public static Solution Load(string folder, AdhocWorkspace workspace)
    {
        folder = Path.GetFullPath(folder);
        var references = FrameworkReferences();
        var projectFiles = Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories).Where(f => !IsOutput(folder, f)).Order(StringComparer.Ordinal).ToList();
        if (projectFiles.Count == 0)
            return Add(workspace.CurrentSolution, ProjectId.CreateNewId(), Path.GetFileName(folder), SourceFiles(folder, folder, []), references, isProgram: false, implicitUsings: true, []);

        var ids = projectFiles.ToDictionary(f => f, f => ProjectId.CreateNewId(Path.GetFileNameWithoutExtension(f)), StringComparer.Ordinal);
        var directories = projectFiles.Select(f => Path.GetDirectoryName(f)!).ToHashSet(StringComparer.Ordinal);
        var solution = workspace.CurrentSolution;
        foreach (var file in projectFiles)
        {
            var xml = Parse(file);
            var usesImplicit = xml?.Descendants().Any(e => e.Name.LocalName == "ImplicitUsings" && e.Value.Trim() is "enable" or "true") ?? false;
            usesImplicit |= InheritsImplicitUsings(folder, Path.GetDirectoryName(file)!);
            var dependencies = from element in xml?.Descendants() ?? []
                               where element.Name.LocalName == "ProjectReference"
                               let path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, ((string?)element.Attribute("Include") ?? "").Replace('\\', '/')))
                               where ids.ContainsKey(path) && path != file
                               select ids[path];
            solution = Add(solution, ids[file], Path.GetFileNameWithoutExtension(file), SourceFiles(folder, Path.GetDirectoryName(file)!, directories), references, IsProgram(xml), usesImplicit, [.. dependencies.Distinct()]);
        }
        return solution;
    }

    private static Solution Add(Solution solution, ProjectId id, string name, IEnumerable<string> files, ImmutableArray<MetadataReference> references, bool isProgram, bool implicitUsings, ImmutableArray<ProjectId> dependencies)
    {
        var symbols = Enumerable.Range(5, 6).Select(v => $"NET{v}_0_OR_GREATER").Concat(["NET", "NET10_0", "NETCOREAPP", "TRACE", "NETCOREAPP3_1_OR_GREATER", "NETCOREAPP3_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER"]);
        solution = solution.AddProject(ProjectInfo.Create(
            id, VersionStamp.Default, name, name, LanguageNames.CSharp,
            compilationOptions: new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Annotations),
            parseOptions: new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None, preprocessorSymbols: symbols),
            projectReferences: dependencies.Select(d => new ProjectReference(d)),
            metadataReferences: references));

        foreach (var file in files)
            solution = solution.AddDocument(DocumentId.CreateNewId(id, file), Path.GetFileName(file), SourceText.From(File.ReadAllText(file), Encoding.UTF8), filePath: file);
        if (implicitUsings)
            solution = solution.AddDocument(DocumentId.CreateNewId(id), "GlobalUsings.g.cs", string.Concat(s_implicitUsings.Select(u => $"global using {u};\n")), filePath: name + ".GlobalUsings.g.cs");
        return solution;
    }

    /// <summary>The project's files: all below its folder but those of the projects nested in it.</summary>
    private static IEnumerable<string> SourceFiles(string root, string directory, HashSet<string> projectDirectories)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*.cs").Order(StringComparer.Ordinal))
            yield return file;
        foreach (var child in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            if (IsOutput(root, child + Path.DirectorySeparatorChar) || projectDirectories.Contains(child)) continue;
            foreach (var file in SourceFiles(root, child, projectDirectories))
                yield return file;
        }
    }

    private static bool IsOutput(string root, string path) =>
        Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or ".git");

    private static bool InheritsImplicitUsings(string root, string directory)
    {
        for (var current = directory; current.Length >= root.Length; current = Path.GetDirectoryName(current)!)
            if (Path.Combine(current, "Directory.Build.props") is var props && File.Exists(props))
                return Parse(props)?.Descendants().Any(e => e.Name.LocalName == "ImplicitUsings" && e.Value.Trim() is "enable" or "true") ?? false;
        return false;
    }

    private static bool IsProgram(XDocument? project) =>
        project?.Descendants().Any(e => e.Name.LocalName == "OutputType" && e.Value.Trim().ToUpperInvariant() is "EXE" or "WINEXE") ?? false;

    private static XDocument? Parse(string file)
    {
        try { return XDocument.Load(file); }
        catch (System.Xml.XmlException) { return null; }
    }

    /// <summary>The reference assemblies of the SDK's own packs folder, ASP.NET Core's among them, and Tandem itself.</summary>
    private static ImmutableArray<MetadataReference> FrameworkReferences()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var files = from pack in new[] { "Microsoft.NETCore.App.Ref", "Microsoft.AspNetCore.App.Ref" }
                    let versions = Path.Combine(root, "packs", pack)
                    where Directory.Exists(versions)
                    let newest = Directory.GetDirectories(versions).Order(StringComparer.Ordinal).Last()
                    from reference in Directory.EnumerateFiles(Path.Combine(newest, "ref"), "*.dll", SearchOption.AllDirectories)
                    group reference by Path.GetFileName(reference) into sameName
                    select sameName.First();
        return [.. files.Append(typeof(Executor).Assembly.Location).Select(f => MetadataReference.CreateFromFile(f))];
    }
}
