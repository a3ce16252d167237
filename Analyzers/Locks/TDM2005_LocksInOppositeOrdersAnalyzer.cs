using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2005: locks that one place takes in one order and another place in the other; locks taken in the order of the arguments.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LocksInOppositeOrdersAnalyzer() : TandemAnalyzer(Descriptors.LocksInOppositeOrders)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var flow = LockFlow.For(context.Compilation);
        var orders = LockOrders.For(context.Compilation);
        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.FunctionsIn(file.SemanticModel.SyntaxTree, file.CancellationToken))
            {
                var reported = new HashSet<Location>();
                foreach (var order in orders.In(function, file.CancellationToken))
                {
                    if (Deadlock(order, orders, file) is not { } found) continue;

                    // One hold that is wrong once is told once, whatever else is taken under it.
                    if (reported.Add(order.HeldLocation)) file.ReportDiagnostic(found);
                }
            }
        });
    }

    private static Diagnostic? Deadlock(LockOrder order, LockOrders orders, SemanticModelAnalysisContext context)
    {
        if (RingOrder.Closes(order, context.SemanticModel, context.CancellationToken))
            return Describe(order, [], "each takes its own first and its neighbour's next, all around", "if all do so at once, they wait for each other forever; take the lower index first");

        if (order.From == order.To)
            return ArgumentOrder.Decides(order, context.SemanticModel, context.CancellationToken)
                ? Describe(order, [], "the arguments decide which is first", "a call with the arguments swapped waits for this one, and this one for it; take them in one order, by a key of theirs")
                : null;

        if (orders.Contradicting(order, context.CancellationToken) is not { } others) return null;
        var where = string.Join(" and ", others.Select(other => Tell(other, order)));
        return Describe(order, others, where, $"threads that do {(others.Count == 1 ? "both" : "all of this")} at once wait for each other forever; take them in one order");
    }

    private static Diagnostic Describe(LockOrder order, IReadOnlyList<LockOrder> others, string evidence, string remedy)
    {
        var (held, taken) = Names(order);
        var fact = order.Taking.IsByCall ? $"'{order.Taking.Taken.Taker!.Name}' takes '{taken}'" : $"'{taken}' is taken";
        return Diagnostic.Create(
            Descriptors.LocksInOppositeOrders,
            order.Taking.Location,
            [.. new[] { order }.Concat(others).SelectMany(PlacesOf)],
            OrderFacts.Of(order),
            $"{fact} here while '{held}' is held",
            evidence,
            remedy);
    }

    /// <summary>The places of an order: the hold, and the acquire under it (of the order reported: the one that a call leads to).</summary>
    private static IEnumerable<Location> PlacesOf(LockOrder order, int index)
    {
        yield return order.HeldLocation;
        if (index > 0) yield return order.Taking.Location;
        if (order.Taking.IsByCall) yield return order.Taking.Taken.Location;
    }

    private static string Tell(LockOrder other, LockOrder reported)
    {
        var span = other.Taking.Location.GetMappedLineSpan();
        var file = other.Taking.At.Syntax.SyntaxTree == reported.Taking.At.Syntax.SyntaxTree ? "" : " of " + Path.GetFileName(span.Path);
        var (held, taken) = Names(other);
        return $"'{other.Taking.Function?.Name}' takes '{taken}' while it holds '{held}' (line {span.StartLinePosition.Line + 1}{file})";
    }

    private static (string From, string To) Names(LockOrder order) =>
        // Locks of two types need the types' names to be told apart from one place to the other.
        order.From == order.To || SymbolEqualityComparer.Default.Equals(order.From.Symbol.ContainingSymbol, order.To.Symbol.ContainingSymbol)
            ? (order.Held.Lock.ToString(), order.Taking.Taken.Lock?.ToString() ?? order.To.ToString())
            : (order.From.ToString(), order.To.ToString());
}
