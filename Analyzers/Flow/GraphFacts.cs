using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What is known of a graph before it is walked, and the same for each walk through it. Several rules may ask at once.</summary>
internal sealed class GraphFacts
{
    private readonly ConcurrentDictionary<IOperation, LockOperation?> _lockOperations = new();
    private readonly ConcurrentDictionary<IOperation, bool> _mayThrow = new();
    private readonly Lazy<BranchFacts> _branches;

    public GraphFacts(ControlFlowGraph graph, FlowContext context)
    {
        Graph = graph;
        Context = context;
        Aliases = new Aliases(graph);
        _branches = new(() => new BranchFacts(graph, Aliases));
    }

    public ControlFlowGraph Graph { get; }

    public FlowContext Context { get; }

    public Aliases Aliases { get; }

    public BranchFacts Branches => _branches.Value;

    /// <summary>What <paramref name="operation"/> does to a lock, if it does.</summary>
    public LockOperation? Find(IOperation operation) =>
        _lockOperations.TryGetValue(operation, out var known) ? known : _lockOperations.GetOrAdd(operation, Context.Flow.Find(operation, Aliases.Resolve));

    public bool MayThrow(IOperation operation) => _mayThrow.TryGetValue(operation, out var known) ? known : _mayThrow.GetOrAdd(operation, Throws.MayThrow(operation));
}
