using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Processes;

/// <summary>TDM3001: a worker process runs the code of its work, but has none of the variables and objects that the code captures here.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WorkCapturesStateAnalyzer() : TandemAnalyzer(Descriptors.WorkCapturesState)
{
    private const string Submitted = "pass it as an argument and make the lambda static";
    private const string Mapped = "put it into the items and make the lambda static";
    private const string Initializing = "an initializer takes no arguments, so let it find what it needs by itself and make the lambda static";

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var symbols = KnownSymbols.Of(context.Compilation);
        if (!symbols.Has("Tandem.ProcessExecutor")) return;

        var spawns = SpawnTable.For(context.Compilation);
        context.RegisterOperationAction(context => AnalyzeCall(context, spawns), OperationKind.Invocation);
        context.RegisterOperationAction(context => AnalyzeInitializer(context, symbols), OperationKind.SimpleAssignment);
    }

    private static void AnalyzeCall(OperationAnalysisContext context, SpawnTable spawns)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!spawns.MayStartWork(call.TargetMethod)) return;

        foreach (var spawn in spawns.SpawnsAt(call))
        {
            // A delegate among the arguments is not the work; that it can't cross is another rule's concern.
            if (spawn.Kind == SpawnKind.Process && HandOver.Argument(spawn.Work) is { Parameter.Name: "work" } argument)
                Report(context, argument.Value, call.TargetMethod.Name == "Map" ? Mapped : Submitted);
        }
    }

    private static void AnalyzeInitializer(OperationAnalysisContext context, KnownSymbols symbols)
    {
        var assignment = (ISimpleAssignmentOperation)context.Operation;
        if (assignment.Target is IPropertyReferenceOperation { Property.Name: "Initializer" } property
            && symbols.Is(property.Property.ContainingType, "Tandem.ProcessExecutorOptions"))
            Report(context, assignment.Value, Initializing);
    }

    private static void Report(OperationAnalysisContext context, IOperation handedOver, string remedy)
    {
        // A delegate that came from elsewhere may capture nothing.
        if (WorkValue.Delegate(handedOver) is not { } work) return;

        var captures = WorkCaptures.Of(work);
        if (captures.IsEmpty) return;

        if (work is IMethodReferenceOperation { Method: var method })
            remedy = method.MethodKind == MethodKind.LocalFunction ? remedy.Replace("the lambda", "the local function") : $"make '{method.Name}' static and pass what it needs as an argument";

        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.WorkCapturesState,
            HandOver.Head(handedOver),
            captures.Select(static capture => capture.Use.Syntax.GetLocation()).Distinct(),
            ImmutableDictionary<string, string?>.Empty,
            WorkCaptures.Describe(captures),
            remedy));
    }
}
