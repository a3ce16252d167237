using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace Tandem.Analyzers.Tests.Verification;

/// <summary>Verifies an analyzer and its fix against sources whose diagnostics are marked. A fixed source equal to the source means that no fix is offered.</summary>
public static class CSharpCodeFixVerifier<TAnalyzer, TCodeFix>
    where TAnalyzer : DiagnosticAnalyzer, new()
    where TCodeFix : CodeFixProvider, new()
{
    /// <summary>The diagnostic of the analyzer's only rule.</summary>
    public static DiagnosticResult Diagnostic() => CSharpAnalyzerVerifier<TAnalyzer>.Diagnostic();

    public static DiagnosticResult Diagnostic(string id) => CSharpAnalyzerVerifier<TAnalyzer>.Diagnostic(id);

    public static DiagnosticResult Diagnostic(DiagnosticDescriptor rule) => new(rule);

    public static Task VerifyAnalyzerAsync(string source, params DiagnosticResult[] expected) =>
        CSharpAnalyzerVerifier<TAnalyzer>.VerifyAnalyzerAsync(source, expected);

    public static Task VerifyCodeFixAsync(string source, string fixedSource) => VerifyCodeFixAsync(source, [], fixedSource);

    public static Task VerifyCodeFixAsync(string source, DiagnosticResult expected, string fixedSource) => VerifyCodeFixAsync(source, [expected], fixedSource);

    public static Task VerifyCodeFixAsync(string source, DiagnosticResult[] expected, string fixedSource)
    {
        var test = new Test { TestCode = source };
        // The same source again: what was expected of it is still expected, and no fix may be offered.
        if (fixedSource != source) test.FixedCode = fixedSource;
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    /// <summary>A verification with settings of its own.</summary>
    public sealed class Test : CSharpCodeFixTest<TAnalyzer, TCodeFix, DefaultVerifier>
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
