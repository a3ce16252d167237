using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace Tandem.Analyzers.Tests.Verification;

/// <summary>Verifies an analyzer against sources whose diagnostics are marked.</summary>
public static class CSharpAnalyzerVerifier<TAnalyzer>
    where TAnalyzer : DiagnosticAnalyzer, new()
{
    /// <summary>The diagnostic of the analyzer's only rule.</summary>
    public static DiagnosticResult Diagnostic() => new(new TAnalyzer().SupportedDiagnostics.Single());

    public static DiagnosticResult Diagnostic(string id) => new(new TAnalyzer().SupportedDiagnostics.Single(rule => rule.Id == id));

    public static DiagnosticResult Diagnostic(DiagnosticDescriptor rule) => new(rule);

    public static Task VerifyAnalyzerAsync(string source, params DiagnosticResult[] expected)
    {
        var test = new Test { TestCode = source };
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    /// <summary>A verification with settings of its own.</summary>
    public sealed class Test : CSharpAnalyzerTest<TAnalyzer, DefaultVerifier>
    {
        public LanguageVersion LanguageVersion { get; set; } = ProjectDefaults.Newest;

        /// <inheritdoc/>
        public override Task RunAsync(CancellationToken cancellationToken = default)
        {
            ProjectDefaults.AddTandem(TestState, ReferenceAssemblies);
            return base.RunAsync(cancellationToken);
        }

        /// <inheritdoc/>
        protected override CSharpParseOptions CreateParseOptions() => ProjectDefaults.Parse(base.CreateParseOptions(), LanguageVersion);

        /// <inheritdoc/>
        protected override CSharpCompilationOptions CreateCompilationOptions() => ProjectDefaults.Compilation(base.CreateCompilationOptions(), LanguageVersion);
    }
}
