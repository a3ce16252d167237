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
    private readonly GraphFacts _facts;
    private readonly Lazy<LockIndex> _index;
    private readonly Lazy<Dictionary<SyntaxNode, HeldLock>> _flatLocks;
    private readonly Lazy<IReadOnlyList<StrayRelease>> _strays;

    private HeldLocks(LockWalk walk, GraphFacts facts, bool correlated)
    {
        _strays = new(() => correlated ? FindStrays() : []);
        _walk = walk;
        _graph = facts.Graph;
        _facts = facts;
        _index = new(() => LockIndex.Of(walk, facts));
        _flatLocks = new(FlatLocks);
    }

    /// <summary>The paths on which a lock is still held when the function is left, one of each kind for each acquire.</summary>
    public IReadOnlyList<LockLeak> Leaks => _walk.Leaks;

    /// <summary>The releases that some path comes to without the lock.</summary>
    public IReadOnlyList<StrayRelease> Strays => _strays.Value;

    /// <summary>Whether every path would give back the lock once, and only once, if <paramref name="release"/> did not.</summary>
    public bool IsInOrderWithout(IOperation release, LockHold hold) =>
        LockWalk.Watch(_facts, [hold], release, CancellationToken.None) is { } walk
        && !walk.Strays.Contains(hold)
        && !walk.Leaks.Any(leak => leak.Held.Lock.Equals(hold.Lock) && leak.Held.Mode == hold.Mode);

    /// <summary>Follows the locks through <paramref name="graph"/>; null where that takes too many steps.</summary>
    public static HeldLocks? Of(ControlFlowGraph graph, FlowContext context, CancellationToken cancellationToken)
    {
        var facts = new GraphFacts(graph, context);
        if (LockWalk.Run(facts, correlated: true, cancellationToken) is { } walk) return new HeldLocks(walk, facts, correlated: true);
        return LockWalk.Run(facts, correlated: false, cancellationToken) is { } every ? new HeldLocks(every, facts, correlated: false) : null;
    }

    /// <summary>The locks held just before <paramref name="operation"/> is evaluated: an operation of this function, of its graph or of its tree.</summary>
    public LockSet At(IOperation operation)
    {
        var (surely, maybe) = Flowing(operation.Syntax);
        var statements = LockStatementsAround(operation.Syntax);
        return statements.IsEmpty ? new(surely, maybe) : new(InOrder(surely.AddRange(statements)), InOrder(maybe.AddRange(statements)));
    }

    /// <summary>
    /// The places where the function stops and goes on later, perhaps on another thread, each with the locks held there: the awaits, those of
    /// an <c>await foreach</c> and of an awaited disposal among them, and the yields.
    /// </summary>
    public IEnumerable<(IOperation Operation, LockSet Held)> Suspensions => _index.Value.Suspensions;

    /// <summary>The path that <paramref name="reference"/>, to a local, stands for; null where it stands for itself.</summary>
    public AccessPath? Alias(IOperation reference) => _facts.Aliases.Resolve(reference);

    /// <summary>The calls that give back what <paramref name="acquire"/> took, each on some path: releases, disposals of its scope, helpers that release.</summary>
    public ImmutableArray<IOperation> ReleasesOf(IOperation acquire) => [.. from pair in _walk.Releases where pair.Acquire == acquire select pair.Release];

    /// <summary>The names of the members that acquire and release here.</summary>
    public LockNames Names => _facts.Context.Flow.Table.Names;

    /// <summary>What <paramref name="acquire"/> does, in the names of this function.</summary>
    public LockOperation? AcquireOf(IOperation acquire) => _walk.Acquires.FirstOrDefault(known => known.Operation == acquire);

    /// <summary>As <see cref="ReleasesOf(IOperation)"/>, for an acquire of the tree.</summary>
    public ImmutableArray<IOperation> ReleasesOf(SyntaxNode acquire) => [.. from pair in _walk.Releases where pair.Acquire.Syntax == acquire select pair.Release];

    /// <summary>Whether <paramref name="release"/> gives back the lock of one acquire only.</summary>
    public bool BelongsToOneAcquire(IOperation release) => _walk.Releases.Count(pair => pair.Release == release) == 1;

    /// <summary>Whether the function has a release of the lock, in the same mode, that no path comes to: <c>if (!taken) Monitor.Exit(_gate);</c>.</summary>
    public bool IsReleasedInVain(HeldLock held) =>
        !_walk.Strays.Contains(new(held.Lock, held.Mode))
        && _graph.Blocks.SelectMany(static block => block.Operations).OfType<IExpressionStatementOperation>()
            .Any(statement => _facts.Find(statement.Operation) is { Action: LockAction.Release, Many: false } release && release.Mode == held.Mode && release.Lock.Equals(held.Lock) && !_walk.Releases.Any(given => given.Release == release.Operation));

    /// <summary>Whether some path hands what <paramref name="acquire"/> took to another owner: a continuation, a returned scope, a stored one.</summary>
    public bool IsHandedOver(IOperation acquire) => _walk.HandedOver.Contains(acquire);

    // A second walk tells the paths apart by what happened to the few locks that are released without being held.
    private IReadOnlyList<StrayRelease> FindStrays()
    {
        if (_walk.Strays.Count == 0 || LockWalk.Watch(_facts, [.. _walk.Strays], ignored: null, CancellationToken.None) is not { } watch) return [];

        var strays = new List<StrayRelease>();
        foreach (var (release, states) in watch.Observed)
        {
            var hold = new LockHold(release.Lock, release.Mode);
            var without = states.Where(state => !state.Holds(hold)).ToList();
            if (without.Count == 0) continue;
            strays.Add(new StrayRelease(
                release,
                [.. without.Select(state => state.EventOf(hold)).Distinct()],
                without.Count < states.Count,
                [.. without[0].Held.Where(held => without.All(state => state.Held.Contains(held)))],
                [.. watch.Acquires.Where(acquire => acquire.Lock.Equals(hold.Lock) && acquire.Mode == hold.Mode)]));
        }

        return strays;
    }

    /// <summary>What flows to <paramref name="node"/>. Not every operation of the tree has its like in the graph (a block, a declaration): the one around it has.</summary>
    private LockSet Flowing(SyntaxNode? node)
    {
        for (; node is not null && node != _graph.OriginalOperation.Syntax; node = node.Parent)
            if (_index.Value.TryGet(node, out var held)) return held;
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
            if (operation is { Syntax: LockStatementSyntax } and IExpressionStatementOperation { Operation: IInvalidOperation invalid } && AccessPath.Of(invalid.ChildOperations.FirstOrDefault(), Alias) is { } path)
                locks[operation.Syntax] = new HeldLock(path, LockMode.Exclusive, LockKind.Lock, operation);
        return locks;
    }

    private static ImmutableArray<HeldLock> InOrder(ImmutableArray<HeldLock> locks) => [.. locks.OrderBy(static held => held.Acquire.Syntax.SpanStart)];
}
