using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2002: a release to which some path comes without the lock: given back already, not acquired yet, or another one.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LockReleasedNotHeldAnalyzer() : TandemAnalyzer(Descriptors.LockReleasedNotHeld)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var flow = LockFlow.For(context.Compilation);
        if (flow.Table.IsEmpty) return;

        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.SitesIn(file.SemanticModel.SyntaxTree, file.CancellationToken).All)
                if (function.Releases.Count > 0) Analyze(function, file, flow);
        });
    }

    private static void Analyze(LockingFunction function, SemanticModelAnalysisContext context, LockFlow flow)
    {
        // What is disposed may be a scope only where a call gave one.
        var releases = function.Releases.Where(static call => !LockNames.IsDisposal(LockNames.CalledName(call)!)).ToList();
        if (releases.Count == 0 && function.Acquires.Count == 0) return;

        var reported = new HashSet<SyntaxNode>();
        if (flow.In(function.Function, context.SemanticModel, context.CancellationToken) is { } locks) ReportStrays(context, flow, locks, function.Function, reported);
        foreach (var call in releases)
            if (!reported.Contains(call)) ReportIfNeverAcquired(context, flow, call, function.Function);
    }

    private static void ReportStrays(SemanticModelAnalysisContext context, LockFlow flow, HeldLocks locks, SyntaxNode function, HashSet<SyntaxNode> reported)
    {
        var finder = new StrayEvidenceFinder(locks, function);
        foreach (var stray in locks.Strays.OrderBy(static stray => stray.Release.Operation.Syntax.SpanStart))
        {
            // Its callers see to the lock.
            if (IsLockedByCallers(context, function, stray.Release.Lock) || finder.Of(stray) is not { } evidence || !reported.Add(evidence.Reported)) continue;
            Report(context, flow, evidence);
        }
    }

    /// <summary>A release of a lock that nothing in its type ever acquires.</summary>
    private static void ReportIfNeverAcquired(SemanticModelAnalysisContext context, LockFlow flow, InvocationExpressionSyntax call, SyntaxNode function)
    {
        if (context.SemanticModel.GetOperation(call, context.CancellationToken) is not { } operation || flow.Table.Find(operation) is not { Action: LockAction.Release } release) return;
        if (!LockOwners.IsOnlyReleased(release.Lock, release.Kind, function, flow.Table.Names)) return;

        Report(context, flow, new StrayEvidence(call, release.Lock.Symbol!.Locations[0], "nothing ever acquires it", "remove this release", StrayRepair.Remove, call));
    }

    private static void Report(SemanticModelAnalysisContext context, LockFlow flow, StrayEvidence evidence)
    {
        if (context.SemanticModel.GetOperation(evidence.Reported, context.CancellationToken) is not { } source || flow.Table.Find(source) is not { } release) return;

        var facts = ImmutableDictionary.CreateBuilder<string, string?>();
        facts[StrayFacts.Repair] = evidence.Repair.ToString();
        if (evidence.Text is not null) facts[StrayFacts.Text] = evidence.Text;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.LockReleasedNotHeld,
            LockFacts.Reported(evidence.Reported).GetLocation(),
            [evidence.Where, evidence.Target.GetLocation()],
            facts.ToImmutable(),
            LockFacts.Display(release),
            evidence.How,
            evidence.Remedy));
    }

    /// <summary>Whether the member is declared, or named, to run under a lock of its callers.</summary>
    private static bool IsLockedByCallers(SemanticModelAnalysisContext context, SyntaxNode function, AccessPath theLock) =>
        FunctionGraphs.MemberAround(function, context.SemanticModel, context.CancellationToken) is IMethodSymbol method && LockedMethod.MayHold(method, theLock);
}
