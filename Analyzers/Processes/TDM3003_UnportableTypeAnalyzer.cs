using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Processes;

/// <summary>TDM3003: what goes to another process and back goes as a copy, and of some things there is none. Submit would throw.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnportableTypeAnalyzer() : TandemAnalyzer(Descriptors.UnportableType)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var symbols = KnownSymbols.Of(context.Compilation);
        if (!symbols.Has("Tandem.ProcessExecutor") && !symbols.Has("Tandem.WorkerProcess")) return;

        var spawns = SpawnTable.For(context.Compilation);
        var portability = Portability.Of(context.Compilation);
        context.RegisterOperationAction(context => AnalyzeCall(context, spawns, portability), OperationKind.Invocation);
        context.RegisterOperationAction(context => AnalyzeQueue(context, portability, symbols), OperationKind.Invocation, OperationKind.ObjectCreation);
    }

    private static void AnalyzeCall(OperationAnalysisContext context, SpawnTable spawns, Portability portability)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!spawns.MayStartWork(call.TargetMethod) || spawns.SpawnsAt(call).All(static spawn => spawn.Kind != SpawnKind.Process)) return;

        foreach (var crossing in Crossing.Of(call))
        {
            var refusal = crossing.IsResult ? portability.FindInResult(crossing.Type, context.CancellationToken) : portability.Find(crossing.Type, context.CancellationToken);
            // What a serializer of the user's own carries is for it to say.
            if (refusal is not null && !ChosenSerializers.MayCarry(call, crossing.Type, context.Compilation)) Report(context, crossing, refusal);
        }
    }

    private static void AnalyzeQueue(OperationAnalysisContext context, Portability portability, KnownSymbols symbols)
    {
        var items = context.Operation switch
        {
            IObjectCreationOperation { Type: INamedTypeSymbol { TypeArguments.Length: 1 } queue } when symbols.Is(queue, "Tandem.ProcessQueue`1") => new Crossing(queue.TypeArguments[0], Crossing.TypeArgument(context.Operation), "an item of this queue"),
            IInvocationOperation { TargetMethod: { Name: "Create", TypeArguments.Length: 1 } pipe } when symbols.Is(pipe.ContainingType, "Tandem.ProcessPipe") => new Crossing(pipe.TypeArguments[0], Crossing.TypeArgument(context.Operation), "an item of this pipe"),
            _ => null,
        };
        if (items is not null && portability.Find(items.Type, context.CancellationToken) is { } refusal) Report(context, items, refusal);
    }

    private static void Report(OperationAnalysisContext context, Crossing crossing, Refusal refusal)
    {
        var what = refusal.Path.Length == 0 ? $"{crossing.Role} is" : $"'{crossing.Type.Written()}{refusal.Path}' in {crossing.Role} is";
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.UnportableType,
            crossing.Place,
            refusal.Member?.Locations.Where(static location => location.IsInSource),
            char.ToUpperInvariant(what[0]) + what.Substring(1),
            refusal.Culprit.WithArticle(),
            refusal.Advice));
    }
}
