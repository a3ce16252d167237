using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4001: a decision is made on shared state, and the state changed by it, without one lock around both.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CheckThenActAnalyzer() : TandemAnalyzer(Descriptors.CheckThenAct)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var concurrency = Concurrency.Of(context.Compilation);
        var finder = new CheckThenActFinder(concurrency.Effects);
        context.RegisterSemanticModelAction(context => Analyze(context, concurrency, finder));
    }

    private static void Analyze(SemanticModelAnalysisContext context, Concurrency concurrency, CheckThenActFinder finder)
    {
        foreach (var member in TreeIndex.Of(context.SemanticModel.SyntaxTree).Members)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (!concurrency.Bodies.Names.MayCheckAndAct(member) || concurrency.Bodies.Of(member.Member) is not { } outermost) continue;
            foreach (var body in outermost.SelfAndNested())
            {
                // One report a check: what else it decides goes with it.
                foreach (var acts in finder.In(body).GroupBy(static found => found.Check))
                    if (acts.All(found => !IsInnocent(found, concurrency))) Report(context, acts.ToList(), concurrency);
            }
        }
    }

    private static bool IsInnocent(CheckThenAct found, Concurrency concurrency)
    {
        var symbol = found.Place.Symbol;
        // Nobody else sees an object that is still being made.
        if (Concurrency.IsOnceOnly(found.Body) && found.Place.Root is PlaceRoot.This or PlaceRoot.Static) return true;

        // Each thread, or the one thread that may touch it, has its own.
        if (symbol is null || symbol.GetAttributes().Any(static data => data.AttributeClass?.Name is "ThreadStaticAttribute")) return true;
        if (symbol.IsMarked(Confined) || symbol.ContainingType.IsMarked(Confined) || found.Body.Outermost.Method.IsMarked(Confined)) return true;

        // The rules for lazy initialisation speak of these.
        if (Initialization.IsOnceOnly(found, concurrency)) return true;

        // Done twice, it comes to the same.
        if (Initialization.IsIdempotent(found)) return true;

        // The callers hold the lock.
        return concurrency.RunsLocked(found.Body);
    }

    /// <summary>How many of the additional locations, the first of them, are acts.</summary>
    internal const string ActCount = nameof(ActCount);

    private const string Confined = "ThreadConfinedAttribute";

    private static void Report(SemanticModelAnalysisContext context, List<CheckThenAct> acts, Concurrency concurrency)
    {
        foreach (var found in acts)
        {
            if (RaceEvidence.For(found, concurrency) is not { } evidence) continue;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.CheckThenAct,
                Checked(found.Check.Operation).Syntax.GetLocation(),
                [.. acts.Select(static act => act.Act.Operation.Syntax.GetLocation()), .. evidence.Places],
                LockChoice.For(found, concurrency, context.SemanticModel).Add(ActCount, acts.Count.ToString(CultureInfo.InvariantCulture)),
                found.Place.Symbol!.Name,
                RaceEvidence.Line(found.Act.Operation),
                evidence.Text));
            return;
        }
    }

    /// <summary>The whole comparison, where the value is compared at once.</summary>
    private static IOperation Checked(IOperation read)
    {
        var at = read;
        while (at.Type?.SpecialType is not SpecialType.System_Boolean && at.Parent is IBinaryOperation or IIsPatternOperation or IConversionOperation or IParenthesizedOperation) at = at.Parent;
        return at.Type?.SpecialType is SpecialType.System_Boolean ? at : read;
    }
}
