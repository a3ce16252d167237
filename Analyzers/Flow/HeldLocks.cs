using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

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
    private readonly Lazy<Dictionary<SyntaxNode, HeldLock>> _flatLocks;

    private HeldLocks(LockWalk walk, ControlFlowGraph graph, FlowContext context)
    {
        _walk = walk;
        _graph = graph;
        _context = context;
        _bySyntax = new(Index);
        _flatLocks = new(FlatLocks);
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
        var (surely, maybe) = Flowing(operation.Syntax);
        var statements = LockStatementsAround(operation.Syntax);
        return statements.IsEmpty ? new(surely, maybe) : new(InOrder(surely.AddRange(statements)), InOrder(maybe.AddRange(statements)));
    }

    /// <summary>The calls that give back what <paramref name="acquire"/> took, each on some path: releases, disposals of its scope, helpers that release.</summary>
    public ImmutableArray<IOperation> ReleasesOf(IOperation acquire) => [.. from pair in _walk.Releases where pair.Acquire == acquire select pair.Release];

    /// <summary>Whether <paramref name="release"/> gives back the lock of one acquire only.</summary>
    public bool BelongsToOneAcquire(IOperation release) => _walk.Releases.Count(pair => pair.Release == release) == 1;

    /// <summary>Whether some path hands what <paramref name="acquire"/> took to another owner: a continuation, a returned scope, a stored one.</summary>
    public bool IsHandedOver(IOperation acquire) => _walk.HandedOver.Contains(acquire);

    /// <summary>What flows to <paramref name="node"/>. Not every operation of the tree has its like in the graph (a block, a declaration): the one around it has.</summary>
    private LockSet Flowing(SyntaxNode? node)
    {
        for (; node is not null && node != _graph.OriginalOperation.Syntax; node = node.Parent)
            if (_bySyntax.Value.TryGetValue(node, out var held)) return held;
        return LockSet.None;
    }

    /// <summary>
    /// The locks of the <c>lock</c> statements over a System.Threading.Lock around <paramref name="node"/>. Roslyn 4.14 leaves these out of
    /// the graph where nullable is enabled: it puts an invalid operation in their place, and the body flat behind it.
    /// </summary>
    private ImmutableArray<HeldLock> LockStatementsAround(SyntaxNode? node)
    {
        if (_flatLocks.Value.Count == 0) return [];
        var found = ImmutableArray.CreateBuilder<HeldLock>();
        for (; node is not null && node != _graph.OriginalOperation.Syntax; node = node.Parent)
            if (node.Parent is LockStatementSyntax statement && statement.Statement == node && _flatLocks.Value.TryGetValue(statement, out var held)) found.Add(held);
        return found.ToImmutable();
    }

    private Dictionary<SyntaxNode, HeldLock> FlatLocks()
    {
        var locks = new Dictionary<SyntaxNode, HeldLock>();
        foreach (var operation in _graph.Blocks.SelectMany(static block => block.Operations))
            if (operation is { Syntax: LockStatementSyntax } and IExpressionStatementOperation { Operation: IInvalidOperation invalid } && AccessPath.Of(invalid.ChildOperations.FirstOrDefault(), new Aliases(_graph).Resolve) is { } path)
                locks[operation.Syntax] = new HeldLock(path, LockMode.Exclusive, LockKind.Lock, operation);
        return locks;
    }

    private static ImmutableArray<HeldLock> InOrder(ImmutableArray<HeldLock> locks) => [.. locks.OrderBy(static held => held.Acquire.Syntax.SpanStart)];

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
