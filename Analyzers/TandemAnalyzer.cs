using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers;

/// <summary>What every Tandem analyzer has in common: it runs concurrently, and leaves generated code alone.</summary>
public abstract class TandemAnalyzer : DiagnosticAnalyzer
{
    private protected TandemAnalyzer(params DiagnosticDescriptor[] rules) => SupportedDiagnostics = [.. rules];

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            UserLocks.Read(start.Compilation, start.Options);
            UserSpawns.Read(start.Compilation, start.Options);
            Start(start);
        });
    }

    /// <summary>Resolves what the rule needs of the compilation and registers its actions; registers nothing where a type that the rule is about is absent.</summary>
    private protected abstract void Start(CompilationStartAnalysisContext context);
}
