using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>TDM1001: computing on threads that are meant for waiting, on more threads than there are cores, or under CPython's lock.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CpuBoundWorkOnThreadsAnalyzer() : TandemAnalyzer(Descriptors.CpuBoundWorkOnThreads)
{
    private const string OnProcesses = "run it on a ProcessExecutor";
    private const string Bounded = "bound it with Parallel, or run it on a ProcessExecutor";
    private const string OwnInterpreters = "run it on a ProcessExecutor, where each worker has an interpreter of its own";

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var spawns = SpawnTable.For(context.Compilation);
        var holdsGil = KnownSymbols.Of(context.Compilation).Has("Python.Runtime.Py");
        context.RegisterOperationAction(context => Analyze(context, spawns, holdsGil), OperationKind.Invocation, OperationKind.ObjectCreation);
    }

    private static void Analyze(OperationAnalysisContext context, SpawnTable spawns, bool holdsGil)
    {
        var called = (context.Operation as IInvocationOperation)?.TargetMethod ?? (context.Operation as IObjectCreationOperation)?.Constructor;
        if (called is null || !spawns.MayStartWork(called)) return;

        foreach (var spawn in spawns.SpawnsAt(context.Operation))
        {
            // The question that costs least comes first: which workers, then how many, then what the work does.
            var fanOut = RunsOnThreads(spawn) ? FanOut.Of(spawn.Site) : null;
            var isWrongPlace = spawn.Kind == SpawnKind.ThreadExecutor || fanOut is not null;
            if (!isWrongPlace && !holdsGil || WorkValue.Delegate(spawn.Work) is not { } work) continue;

            var effects = WorkClassifier.Of(context.Compilation).EffectsOf(work, context.CancellationToken);
            if (effects.HoldsGil is { } gil && spawn.Kind is not (SpawnKind.Process or SpawnKind.Executor))
                Report(context, spawn, gil, $"holds CPython's global interpreter lock ({gil.Reason}), so of all threads of this process one at a time runs Python", OwnInterpreters);
            else if (isWrongPlace && effects is { Kind: WorkKind.CpuBound, Computes: { } computes })
                ReportCpuBound(context, spawn, computes, fanOut);
        }
    }

    private static void ReportCpuBound(OperationAnalysisContext context, Spawn spawn, WorkEvidence computes, FanOut? fanOut)
    {
        var fact = $"is CPU-bound ({computes.Reason})";
        switch (spawn.Kind)
        {
            case SpawnKind.ThreadExecutor:
                Report(context, spawn, computes, $"{fact}, but the threads of a ThreadExecutor are meant for waiting: they outnumber the cores, share one heap and can't be killed", OnProcesses);
                break;
            case SpawnKind.Task when !HasThreadOfItsOwn(spawn):
                // The pool adds threads slowly, so this is no worse than a queue that other work waits in.
                Report(context, spawn, computes, Queued(fact, fanOut), Bounded, DiagnosticSeverity.Info);
                break;
            case SpawnKind.ThreadPool:
                Report(context, spawn, computes, Queued(fact, fanOut), Bounded);
                break;
            default:
                Report(context, spawn, computes, $"{fact} and is started on a thread for {fanOut?.Rounds}; more CPU-bound threads than cores only add switching", Bounded);
                break;
        }
    }

    private static string Queued(string fact, FanOut? fanOut) => $"{fact} and is queued to the thread pool for {fanOut?.Rounds}, where all other work then waits for it";

    // TaskCreationOptions.LongRunning
    private static bool HasThreadOfItsOwn(Spawn spawn) => spawn.Site is IInvocationOperation { Arguments: var arguments } && arguments.Any(static argument =>
        argument.Value is { Type.Name: "TaskCreationOptions", ConstantValue: { HasValue: true, Value: int options } } && ((TaskCreationOptions)options).HasFlag(TaskCreationOptions.LongRunning));

    // Parallel keeps to the number of cores by itself; a timer fires one at a time.
    private static bool RunsOnThreads(Spawn spawn) => spawn.Kind is SpawnKind.Thread or SpawnKind.ThreadPool
        || spawn.Kind is SpawnKind.Task && spawn.Site is not IInvocationOperation { TargetMethod.Name: "ContinueWith" };

    private static void Report(
        OperationAnalysisContext context, Spawn spawn, WorkEvidence evidence, string fact, string remedy, DiagnosticSeverity severity = DiagnosticSeverity.Warning) =>
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.CpuBoundWorkOnThreads,
            HandOver.Head(spawn.Work),
            severity,
            [evidence.Location],
            ImmutableDictionary<string, string?>.Empty,
            WorkName.Of(spawn.Work, evidence), fact, remedy));
}
