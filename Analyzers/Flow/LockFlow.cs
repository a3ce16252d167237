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
    private readonly ConcurrentDictionary<SyntaxTree, bool> _acquiringFiles = new();

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
        _compilation.ContainsSyntaxTree(tree) ? LockSites.Of(tree, Helpers.Names(cancellationToken), cancellationToken).Functions : [];

    /// <summary>The locks held just before <paramref name="operation"/>, an operation of the source, is evaluated. Compare them by <see cref="HeldLock.Lock"/>.</summary>
    public LockSet At(IOperation operation, SemanticModel model, CancellationToken cancellationToken) =>
        FunctionGraphs.FunctionAround(operation.Syntax) is { } function && In(function, model, cancellationToken) is { } held ? held.At(operation) : LockSet.None;

    /// <summary>The locks of <paramref name="function"/> (a member's body, a local function, a lambda); null where it takes none, or is too much to follow.</summary>
    public HeldLocks? In(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        if (_functions.TryGetValue(function, out var known)) return known;
        HeldLocks? held = null;
        if (MayAcquire(function, model, cancellationToken) && FunctionGraphs.Of(function, model, cancellationToken) is { } graph)
            held = HeldLocks.Of(graph, new FlowContext(this, model, model.GetEnclosingSymbol(function.SpanStart, cancellationToken)?.ContainingType), cancellationToken);
        return _functions.GetOrAdd(function, held);
    }

    /// <summary>Whether any code of <paramref name="tree"/> may acquire a lock by a call. Most files do not, and cost no more than this.</summary>
    public bool MayAcquireIn(SyntaxTree tree, CancellationToken cancellationToken) =>
        _acquiringFiles.TryGetValue(tree, out var may) ? may : _acquiringFiles.GetOrAdd(tree, Helpers.Names(cancellationToken).MayAcquire(tree.GetText(cancellationToken).ToString()));

    /// <summary>Whether <paramref name="node"/> acquires a lock: by a call that reads like it, and is.</summary>
    public bool IsAcquire(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        (Table.Names.IsAcquire(node) || Helpers.Names(cancellationToken).HelperIn(node) is not null)
        && model.GetOperation(node, cancellationToken) is { } operation && Find(operation) is { IsAcquire: true };

    // A `lock`, a call that is named like an acquire, or the call of a helper: there are many calls of such a name.
    private bool MayAcquire(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken) =>
        FunctionGraphs.OwnNodes(function).Any(node => node is LockStatementSyntax || Table.Names.IsAcquire(node)
            || (Helpers.Names(cancellationToken).HelperIn(node) is not null && model.GetOperation(node, cancellationToken) is { } operation && Helpers.Find(operation, alias: null) is not null));

    /// <summary>The calls in <paramref name="block"/> that read like a release of a lock. A scope that is disposed is no such call.</summary>
    public IEnumerable<InvocationExpressionSyntax> ReleasesIn(SyntaxNode block) =>
        block.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => LockNames.CalledName(call) is { } name && Table.Names.IsRelease(name));
}
