using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Processes;

/// <summary>TDM3006: an argument crosses as a copy. What work changes of it is gone with the copy, unless the work gives it back.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ArgumentChangedByWorkerAnalyzer() : TandemAnalyzer(Descriptors.ArgumentChangedByWorker)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var symbols = KnownSymbols.Of(context.Compilation);
        if (!symbols.Has("Tandem.ProcessExecutor") && !symbols.Has("Tandem.WorkerProcess")) return;

        var spawns = SpawnTable.For(context.Compilation);
        context.RegisterOperationAction(context => Analyze(context, spawns), OperationKind.Invocation);
    }

    private static void Analyze(OperationAnalysisContext context, SpawnTable spawns)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!spawns.MayStartWork(call.TargetMethod)) return;

        foreach (var spawn in spawns.SpawnsAt(call))
        {
            if (spawn.Kind != SpawnKind.Process || HandOver.Argument(spawn.Work) is not { Parameter.Name: "work" } || WorkValue.Delegate(spawn.Work) is not { } work) continue;

            foreach (var crossing in Crossing.Of(call))
            {
                // What never changes, what processes share, and what can't cross at all is no matter of this rule.
                if (crossing.Value is not { } value || WorkImmutability.IsImmutable(crossing.Type) || Portability.Of(context.Compilation).Find(crossing.Type, context.CancellationToken) is not null) continue;
                Report(context, call, work, crossing, value);
            }
        }
    }

    private static void Report(OperationAnalysisContext context, IInvocationOperation call, IOperation work, Crossing crossing, IOperation value)
    {
        IEnumerable<ArgumentChange> changes = ArgumentChanges.Of(context.Compilation, work, crossing.Number, context.CancellationToken);
        // Work that has a result may sort its copy to find it.
        if (call.TargetMethod.TypeParameters.Any(static parameter => parameter.Name == "TResult")) changes = changes.Where(static change => !change.IsOrder);
        if (!changes.Any() || ReturnedArgument.Is(work, crossing.Number, context.Compilation, context.CancellationToken)) return;

        foreach (var handed in HandedArgument.Of(value, call))
        {
            ArgumentChange? lost = null;
            var read = LaterRead.Of(handed.Place, handed.Variable, call.SemanticModel!, use => (lost = changes.FirstOrDefault(change => Shows(change, handed, use))) is not null, context.CancellationToken);
            if (read is null || lost is null) continue;

            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.ArgumentChangedByWorker,
                value.Syntax.GetLocation(),
                [lost.Place.Syntax.GetLocation(), read.GetLocation()],
                ImmutableDictionary<string, string?>.Empty,
                handed.Variable.Name, Where(lost.Place.Syntax, value.Syntax), Where(read, value.Syntax)));
            return;
        }

        bool Shows(ArgumentChange change, HandedArgument handed, SyntaxNode use) =>
            call.SemanticModel!.GetOperation(use, context.CancellationToken) is { } read && !IsHandedOver(read, context.Compilation)
            && ReadChains.Of(read).Any(chain => (change with { Path = handed.Path.AddRange(change.Path) }).ShowsIn(chain));
    }

    // The next worker gets another copy; it may be what that one expects.
    private static bool IsHandedOver(IOperation use, Compilation compilation) =>
        use.Consumer() is IArgumentOperation { Parent: IInvocationOperation call } && SpawnTable.For(compilation).SpawnsAt(call).Any(static spawn => spawn.Kind == SpawnKind.Process);

    private static string Where(SyntaxNode place, SyntaxNode from)
    {
        var line = $"on line {place.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
        return place.SyntaxTree == from.SyntaxTree ? line : $"in {Path.GetFileName(place.SyntaxTree.FilePath)} {line}";
    }
}
