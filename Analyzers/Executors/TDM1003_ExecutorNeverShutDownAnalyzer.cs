using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>TDM1003: an executor that a function makes for itself, and leaves with its workers running.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExecutorNeverShutDownAnalyzer() : TandemAnalyzer(Descriptors.ExecutorNeverShutDown)
{
    /// <summary>The property of a diagnostic about a value that may be somebody else's executor.</summary>
    public const string IsOneOfOthers = nameof(IsOneOfOthers);

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (KnownSymbols.Of(context.Compilation).Has("Tandem.Executor")) context.RegisterOperationAction(Analyze, OperationKind.ObjectCreation);
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        var creation = (IObjectCreationOperation)context.Operation;
        if (!NewExecutor.Is(creation, context.Compilation) || FunctionGraphs.FunctionAround(creation.Syntax) is not { } function) return;

        var made = NewExecutor.Of(creation);
        var remedy = $"declare it with '{(FunctionGraphs.MayAwait(function) ? "await using" : "using")}'";
        if (made.OnlyCall is { } call)
        {
            Report(context, made, $"new {creation.Type!.Name}", $"nobody keeps it beyond '{call.TargetMethod.Name}' to shut it down", remedy);
            return;
        }

        // Whoever else gets it shuts it down: a caller, the owner of a field, a container. Of a choice between two, one report speaks.
        if (made.Local is not { } local || !made.IsFirst(creation) || FunctionGraphs.FunctionAround(local.DeclaringSyntaxReferences[0].GetSyntax(context.CancellationToken)) != function) return;

        // Whether what somebody else has made is to be shut down here, a test may tell.
        if (ExecutorUses.Of(local, function, WorkValue.Root(creation), context.Compilation, context.CancellationToken) is not { } uses || (made.IsOneOfOthers && uses.ShutDowns.Count > 0)) return;

        if (FunctionGraphs.Of(function, creation.SemanticModel!, context.CancellationToken) is not { } graph || UnendedPath.Of(graph, creation, local, uses.ShutDowns) is not { } end) return;

        if (uses.ShutDowns.Count == 0) Report(context, made, local.Name, "never shut down", remedy);
        else if (end.Replacement is { } other) Report(context, made, local.Name, $"not shut down before the variable changes on line {other.GetLocation().GetMappedLineSpan().StartLinePosition.Line + 1}", remedy, other.GetLocation());
        else if (LeakEvidence.Left(end.Last, function) is var (where, how)) Report(context, made, local.Name, $"not shut down {how}", remedy, where);
    }

    private static void Report(OperationAnalysisContext context, NewExecutor made, string name, string fact, string remedy, params Location[] evidence) =>
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.ExecutorNeverShutDown, made.Value.Syntax.GetLocation(), evidence,
            ImmutableDictionary<string, string?>.Empty.AddRange(made.IsOneOfOthers ? [new(IsOneOfOthers, null)] : []),
            name, fact, remedy));
}
