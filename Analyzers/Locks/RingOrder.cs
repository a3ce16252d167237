using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>
/// The dining philosophers: each takes the element at its own place and then its neighbour's, <c>forks[i]</c> and <c>forks[(i + 1) % n]</c>.
/// Where the last one's neighbour is the first, they all hold one and wait for the next (E. W. Dijkstra, EWD310).
/// </summary>
internal static class RingOrder
{
    public static bool Closes(LockOrder order, SemanticModel model, CancellationToken cancellationToken)
    {
        if (order.Taking.IsByCall || !order.WaitsFor(order with { From = order.To })) return false;
        if (ElementOf(order.Held.Lock, model, cancellationToken) is not { } held || ElementOf(order.Taking.Taken.Lock, model, cancellationToken) is not { } taken) return false;
        if (held.Owner is not { } ring || !ring.Equals(taken.Owner) || held.Indices.Length != 1 || taken.Indices.Length != 1) return false;

        var (first, second) = (NumberOf(held.Indices[0], model, cancellationToken), NumberOf(taken.Indices[0], model, cancellationToken));
        if (!IsNeighbour(first, second) && !IsNeighbour(second, first)) return false;

        // A lock around both, or a semaphore that lets in all but one, keeps them from sitting down together.
        if (order.Taking.Held.Length > 1) return false;
        // One of them may begin at the other side.
        return !order.Taking.At.Syntax.Ancestors().TakeWhile(static node => !FunctionGraphs.IsFunction(node)).Any(static node => node is IfStatementSyntax or SwitchStatementSyntax or ConditionalExpressionSyntax);
    }

    /// <summary>Whether <paramref name="next"/> is <c>(index + k) % n</c>.</summary>
    private static bool IsNeighbour(AccessPath index, AccessPath next) =>
        next.Operator == BinaryOperatorKind.Remainder && next.Indices[0] is { Operator: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } step && Mentions(step, index);

    private static bool Mentions(AccessPath number, AccessPath index) => number.Equals(index) || (number.IsComputed && number.Indices.Any(part => Mentions(part, index)));

    /// <summary>The element that is locked, also by way of a local: <c>var left = forks[i];</c></summary>
    private static AccessPath? ElementOf(AccessPath? path, SemanticModel model, CancellationToken cancellationToken) => path switch
    {
        { IsElement: true } => path,
        { Owner: null, Symbol: ILocalSymbol local } => ValueOf(local, model, cancellationToken) is { IsElement: true } element ? element : null,
        // A member of the element.
        { Owner: { } owner } => ElementOf(owner, model, cancellationToken),
        _ => null,
    };

    private static AccessPath NumberOf(AccessPath index, SemanticModel model, CancellationToken cancellationToken) =>
        index is { Owner: null, Symbol: ILocalSymbol local } && ValueOf(local, model, cancellationToken) is { } value ? value : index;

    private static AccessPath? ValueOf(ILocalSymbol local, SemanticModel model, CancellationToken cancellationToken) =>
        local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is VariableDeclaratorSyntax { Initializer.Value: { } value } && value.SyntaxTree == model.SyntaxTree && model.GetOperation(value, cancellationToken) is { } operation
            ? AccessPath.OfNumber(operation)
            : null;
}
