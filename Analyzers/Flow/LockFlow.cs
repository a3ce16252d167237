using System.Collections.Immutable;
using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// The lock analysis of a compilation, shared by all rules: <c>LockFlow.For(compilation).At(operation, model, token)</c> gives the locks
/// that are held, surely or maybe, just before an operation of the source is evaluated. A function is analysed when it is first asked
/// about, and only if it acquires something.
/// </summary>
internal sealed class LockFlow
{
    private static readonly ConditionalWeakTable<Compilation, LockFlow> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly ConcurrentDictionary<SyntaxNode, HeldLocks?> _functions = new();

    private LockFlow(Compilation compilation)
    {
        _compilation = compilation;
        Table = LockTable.For(compilation);
        Summaries = new ReleaseSummaries(compilation, Table);
        Helpers = new LockHelpers(compilation, Table);
    }

    public LockTable Table { get; }

    public ReleaseSummaries Summaries { get; }

    /// <summary>The functions that take a lock for their callers.</summary>
    public LockHelpers Helpers { get; }

    public static LockFlow For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new LockFlow(c));

    /// <summary>What <paramref name="operation"/> does to a lock, itself or as the call of a helper that takes one for its callers; null for anything else.</summary>
    public LockOperation? Find(IOperation operation, Func<IOperation, AccessPath?>? alias = null) => Table.Find(operation, alias) ?? Helpers.Find(operation, alias);

    /// <summary>The functions of <paramref name="tree"/> that take a lock, those included that leave it to a helper to take.</summary>
    public ImmutableArray<LockingFunction> FunctionsIn(SyntaxTree tree, CancellationToken cancellationToken) =>
        SitesIn(tree, cancellationToken).Functions;

    /// <summary>The functions of <paramref name="tree"/> that do something to locks.</summary>
    public LockSites SitesIn(SyntaxTree tree, CancellationToken cancellationToken) =>
        _compilation.ContainsSyntaxTree(tree) ? LockSites.Of(tree, Helpers.Names(cancellationToken), cancellationToken) : LockSites.None;

    /// <summary>The locks held just before <paramref name="operation"/>, an operation of the source, is evaluated. Compare them by <see cref="HeldLock.Lock"/>.</summary>
    public LockSet At(IOperation operation, SemanticModel model, CancellationToken cancellationToken) =>
        FunctionGraphs.FunctionAround(operation.Syntax) is { } function && In(function, model, cancellationToken) is { } held ? held.At(operation) : LockSet.None;

    /// <summary>The locks of <paramref name="function"/> (a member's body, a local function, a lambda); null where it takes none, or is too much to follow.</summary>
    public HeldLocks? In(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        if (_functions.TryGetValue(function, out var known)) return known;
        HeldLocks? held = null;
        if (MayAcquire(function, model, cancellationToken) && FunctionGraphs.Of(function, model, cancellationToken) is { } graph)
            held = HeldLocks.Of(graph, new FlowContext(this, model, FunctionGraphs.MemberAround(function, model, cancellationToken)?.ContainingType), cancellationToken);
        return _functions.GetOrAdd(function, held);
    }

    /// <summary>Whether <paramref name="node"/> acquires a lock: by a call that reads like it, and is.</summary>
    public bool IsAcquire(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        (Table.Names.IsAcquire(node) || Helpers.Names(cancellationToken).HelperIn(node) is not null)
        && model.GetOperation(node, cancellationToken) is { } operation && Find(operation) is { IsAcquire: true };

    /// <summary>Whether <paramref name="function"/> takes a lock, by its syntax: it has a <c>lock</c>, a call that is named like an acquire, or one of a helper. There are many calls of such a name.</summary>
    public bool MayAcquire(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken) =>
        SitesIn(function.SyntaxTree, cancellationToken).Find(function) is { } sites
        && (sites.Statements.Count > 0 || sites.Acquires.Any(node => Table.Names.IsAcquire(node) || (model.GetOperation(node, cancellationToken) is { } operation && Helpers.Find(operation, alias: null) is not null)));
}
