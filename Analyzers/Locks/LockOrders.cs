using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>
/// In which orders the functions of a compilation take their locks. Nothing is collected in advance: from an order in the file at hand the
/// search goes to the functions that may hold the lock which that one takes, found by the lock's name, and on from there.
/// </summary>
internal sealed class LockOrders
{
    // Longer cycles have not been seen.
    private const int LongestCycle = 4;
    private const int MostSteps = 400;

    private static readonly ConditionalWeakTable<Compilation, LockOrders> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly LockTakings _takings;
    private readonly ConcurrentDictionary<LockClass, ImmutableArray<LockOrder>> _from = new();
    private Dictionary<string, List<LockingFunction>>? _byLock;

    private LockOrders(Compilation compilation)
    {
        _compilation = compilation;
        _takings = LockTakings.For(compilation);
    }

    public static LockOrders For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new LockOrders(c));

    /// <summary>The orders in <paramref name="function"/>, those of two locks of one class included.</summary>
    public IEnumerable<LockOrder> In(LockingFunction function, CancellationToken cancellationToken) =>
        _takings.In(function, cancellationToken).SelectMany(LockOrder.Of).Where(order => Counts(order, cancellationToken));

    /// <summary>The other places of the deadlock of which <paramref name="order"/> is one, if that is the one to report; else null.</summary>
    /// <remarks>Of the orders that contradict each other the rarer one is reported, as it is likelier the slip; of two equally rare ones the one whose last place comes last.</remarks>
    public IReadOnlyList<LockOrder>? Contradicting(LockOrder order, CancellationToken cancellationToken)
    {
        if (Opposite(order, cancellationToken) is { } opposite)
        {
            var ours = From(order.From, cancellationToken).Where(ours => ours.Pair == order.Pair && Opposite(ours, cancellationToken) is not null);
            var theirs = From(order.To, cancellationToken).Where(theirs => theirs.To == order.From && Opposite(theirs, cancellationToken) is not null);
            return Rank.Of(ours).CompareTo(Rank.Of(theirs)) < 0 ? [opposite] : null;
        }

        var steps = 0;
        if (Cycle([order], ref steps, cancellationToken) is not { } cycle) return null;
        var rank = Rank.Of(Alike(order, cancellationToken));
        return cycle.All(other => rank.CompareTo(Rank.Of(Alike(other, cancellationToken))) < 0) ? cycle : null;
    }

    private IEnumerable<LockOrder> Alike(LockOrder order, CancellationToken cancellationToken) => From(order.From, cancellationToken).Where(other => other.Pair == order.Pair);

    /// <summary>The first place that takes the two locks of <paramref name="order"/> the other way round, and may do so at the same time.</summary>
    private LockOrder? Opposite(LockOrder order, CancellationToken cancellationToken) =>
        From(order.To, cancellationToken).FirstOrDefault(other => other.To == order.From && order.WaitsFor(other) && other.WaitsFor(order) && !order.SharesGateWith(other));

    /// <summary>Three or more orders that close a circle which begins with <paramref name="path"/>; without the first.</summary>
    private IReadOnlyList<LockOrder>? Cycle(ImmutableList<LockOrder> path, ref int steps, CancellationToken cancellationToken)
    {
        var last = path[path.Count - 1];
        foreach (var next in From(last.To, cancellationToken))
        {
            if (++steps > MostSteps) return null;
            if (!last.WaitsFor(next) || path.Any(next.SharesGateWith) || Opposite(next, cancellationToken) is not null) continue;
            if (next.To == path[0].From && next.WaitsFor(path[0])) return path.Add(next).RemoveAt(0);
            if (path.Count + 1 >= LongestCycle || path.Any(order => order.From == next.To)) continue;
            if (Cycle(path.Add(next), ref steps, cancellationToken) is { } found) return found;
        }

        return null;
    }

    /// <summary>The orders that begin with a lock of <paramref name="held"/>, in the order of the source.</summary>
    private ImmutableArray<LockOrder> From(LockClass held, CancellationToken cancellationToken)
    {
        if (_from.TryGetValue(held, out var known)) return known;
        var functions = ByLock(cancellationToken);
        var candidates = held.Part is LockPart.Itself or LockPart.Element
            ? functions.TryGetValue(held.Symbol.Name, out var named) ? named : []
            : functions.Values.SelectMany(static functions => functions).Distinct();
        return _from.GetOrAdd(held, [.. candidates.SelectMany(function => In(function, cancellationToken)).Where(order => order.From == held && order.To != held).OrderBy(static order => order.Place.File, StringComparer.Ordinal).ThenBy(static order => order.Place.Position)]);
    }

    private Dictionary<string, List<LockingFunction>> ByLock(CancellationToken cancellationToken)
    {
        if (_byLock is { } known) return known;
        var byLock = new Dictionary<string, List<LockingFunction>>();
        foreach (var function in _compilation.SyntaxTrees.SelectMany(tree => LockFlow.For(_compilation).FunctionsIn(tree, cancellationToken)))
            foreach (var name in function.Locks)
            {
                if (!byLock.TryGetValue(name, out var functions)) byLock[name] = functions = [];
                functions.Add(function);
            }

        return _byLock = byLock;
    }

    private static bool Counts(LockOrder order, CancellationToken cancellationToken)
    {
        // A semaphore that lets several in is no lock, and one of unknown count may be a signal.
        if (order.Held.Kind == LockKind.Semaphore && !SemaphoreCount.IsOne(order.From.Symbol, cancellationToken)) return false;
        if (order.Taking.Taken.Kind == LockKind.Semaphore && !SemaphoreCount.IsOne(order.To.Symbol, cancellationToken)) return false;

        // Nobody else has an object that is being made, or was made here.
        return !IsFresh(order.Held.Lock, order.Taking, cancellationToken) && !IsFresh(order.Taking.Taken.Lock, order.Taking, cancellationToken);
    }

    private static bool IsFresh(AccessPath? path, LockTaking taking, CancellationToken cancellationToken)
    {
        if (path?.Root is not { } root) return false;
        if (root.IsThis) return taking.Function?.MethodKind == MethodKind.Constructor;
        if (root.Symbol is IFieldSymbol { IsStatic: true }) return taking.Function?.MethodKind == MethodKind.StaticConstructor;
        return path.Owner is not null && root.Symbol is ILocalSymbol && Makings.Of(root.Symbol, cancellationToken) is not null;
    }

    /// <summary>How an order compares with those that contradict it: the rarer first, then the one whose last place is the latest.</summary>
    private readonly record struct Rank(int Functions, string File, int Position) : IComparable<Rank>
    {
        public static Rank Of(IEnumerable<LockOrder> orders)
        {
            var places = orders.Select(static order => order.Place).Distinct().OrderBy(static place => place.File, StringComparer.Ordinal).ThenBy(static place => place.Position).ToList();
            var functions = orders.Select(static order => FunctionGraphs.FunctionAround(order.Taking.At.Syntax)).Distinct().Count();
            return places.Count == 0 ? default : new Rank(functions, places[places.Count - 1].File, places[places.Count - 1].Position);
        }

        public int CompareTo(Rank other) =>
            Functions != other.Functions ? Functions.CompareTo(other.Functions)
            : string.CompareOrdinal(other.File, File) is not 0 and var file ? file
            : other.Position.CompareTo(Position);
    }
}
