using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Tandem.Analyzers.Flow;

/// <summary>The locks held at a point of a body.</summary>
/// <param name="Surely">Held on every path that leads there.</param>
/// <param name="Maybe">Held on some path that leads there; contains <paramref name="Surely"/>.</param>
internal readonly record struct LockSet(ImmutableArray<HeldLock> Surely, ImmutableArray<HeldLock> Maybe)
{
    public static LockSet None { get; } = new([], []);
}

/// <summary>Which locks are held where in one function, <c>lock</c> statements and scopes included. The locks of its callers are not known to it.</summary>
internal sealed class HeldLocks
{
    private readonly LockWalk _walk;
    private readonly ControlFlowGraph _graph;
    private readonly FlowContext _context;
    private readonly Lazy<Dictionary<SyntaxNode, LockSet>> _bySyntax;

    private HeldLocks(LockWalk walk, ControlFlowGraph graph, FlowContext context)
    {
        _walk = walk;
        _graph = graph;
        _context = context;
        _bySyntax = new(Index);
    }

    /// <summary>The paths on which a lock is still held when the function is left, one of each kind for each acquire.</summary>
    public IReadOnlyList<LockLeak> Leaks => _walk.Leaks;

    /// <summary>Follows the locks through <paramref name="graph"/>; null where that takes too many steps.</summary>
    public static HeldLocks? Of(ControlFlowGraph graph, FlowContext context, CancellationToken cancellationToken) =>
        (LockWalk.Run(graph, context, correlated: true, cancellationToken) ?? LockWalk.Run(graph, context, correlated: false, cancellationToken)) is { } walk
            ? new HeldLocks(walk, graph, context)
            : null;

    /// <summary>The locks held just before <paramref name="operation"/> is evaluated: an operation of this function, of its graph or of its tree.</summary>
    public LockSet At(IOperation operation)
    {
        // Not every operation of the tree has its like in the graph (a block, a declaration): the one around it has.
        for (var node = operation.Syntax; node is not null && node != _graph.OriginalOperation.Syntax; node = node.Parent)
            if (_bySyntax.Value.TryGetValue(node, out var held)) return held;
        return LockSet.None;
    }

    /// <summary>Whether some path gives back, itself or through a helper, what <paramref name="acquire"/> took.</summary>
    public bool IsReleased(IOperation acquire) => _walk.Released.Contains(acquire);

    /// <summary>Whether some path hands what <paramref name="acquire"/> took to another owner: a continuation, a returned scope, a stored one.</summary>
    public bool IsHandedOver(IOperation acquire) => _walk.HandedOver.Contains(acquire);

    private Dictionary<SyntaxNode, LockSet> Index()
    {
        var sets = new Dictionary<SyntaxNode, LockSet>();
        _walk.Replay(Record);

        // Conditions on fields rule paths out that another thread may open; what they ruled out altogether is asked of a walk without them.
        if (LockWalk.Run(_graph, _context, correlated: false, CancellationToken.None) is { } every)
        {
            var correlated = new HashSet<SyntaxNode>(sets.Keys);
            every.Replay((operation, state) =>
            {
                if (!correlated.Contains(operation.Syntax)) Record(operation, state);
            });
        }

        return sets;

        void Record(IOperation operation, LockState state)
        {
            sets[operation.Syntax] = sets.TryGetValue(operation.Syntax, out var seen)
                ? new LockSet([.. seen.Surely.Where(held => state.Held.Any(other => other.Lock.Equals(held.Lock) && other.Mode == held.Mode))], [.. seen.Maybe.Union(state.Held)])
                : new LockSet(state.Held, state.Held);
        }
    }
}
