using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Which facts decide a branch of a graph, how often, and up to where: a fact that no later branch asks for is not worth keeping paths apart.</summary>
internal sealed class BranchFacts
{
    private readonly Dictionary<object, (int Uses, int LastBlock)> _facts = [];

    public BranchFacts(ControlFlowGraph graph, Aliases aliases)
    {
        foreach (var block in graph.Blocks)
        {
            if (block.BranchValue is null) continue;
            if (Condition.Of(block.BranchValue, aliases.Resolve) is not { } condition) continue;
            Note(condition.Fact, block);

            // `mode == 1`: what `mode` is decides it too.
            if (condition.Fact is not Condition { Operator: BinaryOperatorKind.Equals } comparison) continue;
            if (comparison.Left.Symbol is ILocalSymbol) Note(comparison.Left, block);
            if (comparison.Right.Symbol is ILocalSymbol) Note(comparison.Right, block);
        }

        foreach (var fact in new List<object>(_facts.Keys))
            _facts[fact] = (_facts[fact].Uses, EndOfLoops(graph, _facts[fact].LastBlock));
    }

    /// <summary>Whether a branch asks for <paramref name="fact"/>.</summary>
    public bool Decides(object fact) => _facts.ContainsKey(fact);

    /// <summary>Whether more than one branch asks for <paramref name="fact"/>, so that one tells of the other.</summary>
    public bool Correlates(object fact) => _facts.TryGetValue(fact, out var seen) && seen.Uses > 1;

    /// <summary>Drops from <paramref name="state"/> what no branch asks for from <paramref name="block"/> on. Scopes and captured values stay: they end with their region.</summary>
    public LockState Live(LockState state, BasicBlock block)
    {
        foreach (var fact in state.Facts)
            if (fact.Value.Acquire is null && fact.Key is not AccessPath { IsCapture: true } && !(_facts.TryGetValue(fact.Key, out var seen) && seen.LastBlock >= block.Ordinal)) state = state.With(fact.Key, FlowValue.Unknown);
        return state;
    }

    private void Note(object fact, BasicBlock block)
    {
        _facts.TryGetValue(fact, out var seen);
        _facts[fact] = (seen.Uses + 1, block.Ordinal);
    }

    /// <summary>Blocks are in source order but for back edges: what is asked inside a loop is asked until the loop ends.</summary>
    private static int EndOfLoops(ControlFlowGraph graph, int block)
    {
        for (var source = block; source < graph.Blocks.Length; source++)
        {
            if (JumpsBack(graph.Blocks[source].FallThroughSuccessor) || JumpsBack(graph.Blocks[source].ConditionalSuccessor)) block = source;
        }

        return block;

        bool JumpsBack(ControlFlowBranch? branch) => branch?.Destination is { } destination && destination.Ordinal <= branch.Source.Ordinal && destination.Ordinal <= block;
    }
}
