using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Testing;

namespace Tandem.Analyzers.Tests.Verification;

/// <summary>What the tests of every rule start from: the newest C# with nullable on, and Tandem beside the framework.</summary>
internal static class ProjectDefaults
{
    // C# 14 is "preview" to the Roslyn that the analyzers are built against.
    public const LanguageVersion Newest = LanguageVersion.Preview;

    public static readonly MetadataReference Tandem = MetadataReference.CreateFromFile(typeof(Executor).Assembly.Location);

    public static CSharpParseOptions Parse(CSharpParseOptions options, LanguageVersion version) => options.WithLanguageVersion(version);

    public static CSharpCompilationOptions Compilation(CSharpCompilationOptions options, LanguageVersion version) =>
        options.WithNullableContextOptions(version >= LanguageVersion.CSharp8 ? NullableContextOptions.Enable : NullableContextOptions.Disable);

    /// <summary>Tandem is for .NET 10; an older framework goes without it.</summary>
    public static void AddTandem(SolutionState state, ReferenceAssemblies assemblies)
    {
        if ((state.ReferenceAssemblies ?? assemblies) == ReferenceAssemblies.Net.Net100) state.AdditionalReferences.Add(Tandem);
    }
}
