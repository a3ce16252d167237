using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Processes;

/// <summary>TDM3004: what another process writes between the read and the write of shared memory is lost.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnlockedSharedMemoryAnalyzer() : TandemAnalyzer(Descriptors.UnlockedSharedMemory)
{
    private const int MaxName = 40;

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var symbols = KnownSymbols.Of(context.Compilation);
        if (symbols.Has("Tandem.SharedValue`1"))
            context.RegisterOperationAction(Analyze, OperationKind.Increment, OperationKind.Decrement, OperationKind.CompoundAssignment, OperationKind.SimpleAssignment);
        if (symbols.Has("System.IO.MemoryMappedFiles.MemoryMappedViewAccessor"))
            context.RegisterOperationAction(Analyze, OperationKind.Invocation);
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        // Not an update of shared memory, or covered by a lock that processes share.
        if (SharedUpdate.Of(context.Operation) is not { } update || update.IsLocked(context.CancellationToken)) return;

        // The callers hold the lock, or so they say.
        if (context.ContainingSymbol.IsMarked("HoldsAttribute")) return;

        // Nobody else is seen to write there meanwhile.
        if (SharedMemory.Of(context.Compilation).RaceOf(update, context.CancellationToken) is not { } race) return;

        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.UnlockedSharedMemory,
            update.Write.Syntax.GetLocation(),
            update.Reads.Select(static read => read.Syntax.GetLocation()).Concat(race.Places),
            Name(update), race.Text, Cover(context, update), Remedy(update)));
    }

    private static string Cover(OperationAnalysisContext context, SharedUpdate update) =>
        LockFlow.For(context.Compilation).At(update.Write, update.Write.SemanticModel!, context.CancellationToken).Surely.LastOrDefault(static held => !SharedUpdate.Crosses(held)) is { Lock: var held }
            ? $"'{held}' keeps out the threads of this process only"
            : "no lock that processes share covers both";

    private static string Remedy(SharedUpdate update) => update.Place switch
    {
        { Owner: { Type: var type } } when SharedPlace.IsView(type) => "hold a Mutex with a name around it",
        { Owner: var owner, Index: null } => $"use Update, or hold '{owner.Syntax}.Lock' around it",
        { Owner: var owner } => $"hold '{owner.Syntax}.Lock' around it",
    };

    private static string Name(SharedUpdate update) => update.Write switch
    {
        IAssignmentOperation { Target.Syntax: var target } when target.Span.Length <= MaxName => target.ToString(),
        IIncrementOrDecrementOperation { Target.Syntax: var target } when target.Span.Length <= MaxName => target.ToString(),
        _ => update.Place.Owner.Syntax.ToString(),
    };
}
