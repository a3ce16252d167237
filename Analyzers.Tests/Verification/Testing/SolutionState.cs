using System.Reflection;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The project that a test compiles.</summary>
public class SolutionState
{
    private const string DefaultFolder = "/0/";

    public SourceFileList Sources { get; } = new(DefaultFolder + "Test", ".cs");

    /// <summary>.editorconfig files, such as <c>("/.editorconfig", "root = true …")</c>.</summary>
    public SourceFileList AnalyzerConfigFiles { get; } = new("/", ".editorconfig");

    public MetadataReferenceCollection AdditionalReferences { get; } = [];

    public List<DiagnosticResult> ExpectedDiagnostics { get; } = [];

    public ReferenceAssemblies? ReferenceAssemblies { get; set; }

    /// <summary>Null means: a program where a source has top-level statements, else a library.</summary>
    public OutputKind? OutputKind { get; set; }

    internal static string DefaultPath => DefaultFolder + "Test0.cs";
}

/// <summary>Files of a test, by name and text.</summary>
public sealed class SourceFileList(string prefix, string extension) : List<(string FileName, SourceText Content)>
{
    public void Add(string content) => Add(($"{prefix}{Count}{extension}", content));

    public void Add((string FileName, string Content) file) => Add((file.FileName, SourceText.From(file.Content)));
}

/// <summary>References of a test, given as an assembly, a file or a reference.</summary>
public sealed class MetadataReferenceCollection : List<MetadataReference>
{
    public void Add(Assembly assembly) => Add(assembly.Location);

    public void Add(string path) => Add(MetadataReference.CreateFromFile(path));
}
