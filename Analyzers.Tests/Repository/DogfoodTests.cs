using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>The rules find nothing in the code that ships.</summary>
public class DogfoodTests
{
    // As the SDK writes for ImplicitUsings.
    private const string ImplicitUsings = """
        global using System; global using System.IO; global using System.Linq; global using System.Net.Http;
        global using System.Threading; global using System.Threading.Tasks; global using System.Collections.Generic;
        """;

    [Theory]
    [InlineData("Runtime", "Tandem", OutputKind.ConsoleApplication)]
    [InlineData("Analyzers", "Tandem.Analyzers", OutputKind.DynamicallyLinkedLibrary)]
    [InlineData("CodeFixes", "Tandem.CodeFixes", OutputKind.DynamicallyLinkedLibrary)]
    public async Task ShippedCode_HasNoReport(string folder, string assembly, OutputKind kind)
    {
        var parseOptions = new CSharpParseOptions(ProjectDefaults.Newest);
        var trees = Sources(folder).Select(path => CSharpSyntaxTree.ParseText(Repo.Read(path), parseOptions, path))
            .Append(CSharpSyntaxTree.ParseText(ImplicitUsings, parseOptions));
        // All that the tests run on, which is all that these projects are built on, save the project's own build.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != assembly)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(assembly, trees, references,
            new CSharpCompilationOptions(kind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

        // What does not compile is not analysed in full. A generator of the SDK writes the bodies of P/Invokes, which assign their out parameters: those two errors stay.
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic is { Severity: DiagnosticSeverity.Error, Id: not ("CS8795" or "CS0165") }));
        Assert.Empty(await compilation.WithAnalyzers([.. Rules.NewAnalyzers()]).GetAnalyzerDiagnosticsAsync());
    }

    // What a project compiles: its own files, and those that it links to.
    private static IEnumerable<string> Sources(string folder) =>
        Repo.Files(folder, "*.cs").Concat(XDocument.Parse(Repo.Read($"{folder}/{folder}.csproj")).Descendants("Compile").Attributes("Include").Select(link => Path.GetRelativePath(".", Path.Combine(folder, link.Value))));
}
