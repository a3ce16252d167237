using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>TDM1002: a worker process that waits for the network, a disk or a clock, as any thread could.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class IoBoundWorkOnProcessesAnalyzer() : TandemAnalyzer(Descriptors.IoBoundWorkOnProcesses)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (KnownSymbols.Of(context.Compilation).Type("Tandem.Executor") is not { } executor) return;

        var spawns = SpawnTable.For(context.Compilation);
        context.RegisterOperationAction(context => Analyze(context, spawns, executor), OperationKind.Invocation);
    }

    private static void Analyze(OperationAnalysisContext context, SpawnTable spawns, INamedTypeSymbol executor)
    {
        // A WorkerProcess is one process by design, whatever it does.
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is not { Name: "Submit" or "Map" } method || !SymbolEqualityComparer.Default.Equals(method.ContainingType, executor)) return;

        foreach (var spawn in spawns.SpawnsAt(call))
        {
            if (spawn.Kind != SpawnKind.Process || HandOver.Argument(spawn.Work) is not { Parameter.Name: "work" } || WorkValue.Delegate(spawn.Work) is not { } work) continue;
            if (Waiting(WorkClassifier.Of(context.Compilation).EffectsOf(work, context.CancellationToken)) is not { } waits) continue;

            context.ReportDiagnostic(Diagnostic.Create(Descriptors.IoBoundWorkOnProcesses, HandOver.Head(spawn.Work), [waits.Location], WorkName.Of(spawn.Work, waits), waits.Reason));
        }
    }

    /// <summary>What the work waits for, where it does nothing else.</summary>
    internal static WorkEvidence? Waiting(WorkEffects effects) => effects switch
    {
        // Processes that wait for each other are no threads; what speaks of its own process means a worker.
        { Kind: not WorkKind.IoBound } or { ConcernsProcess: true } => null,
        { Waits: { IsDeclared: true } declared } => declared,
        // What cannot be seen may compute.
        { IsOpaque: true } => null,
        // Nor is it plain what a file's text is split, parsed or gone over for.
        { Waits: null, Calculates: true } or { Waits: null, Loops: true } => null,
        _ => effects.Waits ?? effects.Reads,
    };
}
