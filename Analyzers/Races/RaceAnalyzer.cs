using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>What the race rules have in common: the races of a file are found once, for all of them, and each rule reports its own kind.</summary>
public abstract class RaceAnalyzer : TandemAnalyzer
{
    private readonly DiagnosticDescriptor _rule;
    private readonly RaceKind _kind;

    private protected RaceAnalyzer(DiagnosticDescriptor rule, RaceKind kind) : base(rule) => (_rule, _kind) = (rule, kind);

    private protected sealed override void Start(CompilationStartAnalysisContext context)
    {
        var races = RaceTable.Of(context.Compilation);
        context.RegisterSemanticModelAction(context =>
        {
            foreach (var race in races.In(context.SemanticModel, context.CancellationToken))
                if (race.Kind == _kind) context.ReportDiagnostic(race.Report(_rule));
        });
    }
}
