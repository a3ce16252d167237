using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Processes;

/// <summary>TDM3005: of several who use one end of a pipe, nobody knows who gets which item.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PipeEndSharedAnalyzer() : TandemAnalyzer(Descriptors.PipeEndShared)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (!KnownSymbols.Of(context.Compilation).Has("Tandem.PipeEnd`1")) return;

        var spawns = SpawnTable.For(context.Compilation);
        context.RegisterOperationAction(context => Analyze(context, spawns), OperationKind.Invocation, OperationKind.ObjectCreation);
    }

    private static void Analyze(OperationAnalysisContext context, SpawnTable spawns)
    {
        // Neither hands work over nor uses an end.
        var called = (context.Operation as IInvocationOperation)?.TargetMethod ?? (context.Operation as IObjectCreationOperation)?.Constructor;
        if (called is null || !(spawns.MayStartWork(called) || PipeSharing.IsUse(context.Operation))) return;

        foreach (var shared in PipeSharing.Of(context.Compilation).Around(context.Operation.Syntax).Where(shared => shared.Second.Site.Syntax == context.Operation.Syntax))
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.PipeEndShared,
                shared.Second.Mention.Syntax.GetLocation(),
                [(shared.Repeater ?? shared.First.Site).Syntax.GetFirstToken().GetLocation()],
                shared.Second.End.ToString(),
                Fact(shared)));
    }

    private static string Fact(SharedEnd shared)
    {
        if (shared.Repeater is { } repeater) return shared.Second.Site == repeater ? "goes to several workers here" : $"goes to several workers here, by what line {RaceEvidence.Line(repeater)} repeats";
        var first = $"while {(shared.First.Work is null ? "the thread" : "the worker")} that got it on line {RaceEvidence.Line(shared.First.Site)} may still run";
        return shared.Second switch
        {
            { IsParent: true } => $"is used here {first}",
            { Work: null } => $"is used by another thread here {first}",
            _ => $"goes to another worker here {first}",
        };
    }
}
