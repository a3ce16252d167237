using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;
using Condition = Tandem.Analyzers.Flow.Condition;

namespace Tandem.Analyzers.Executors;

/// <summary>How a way ends on which an executor is left as it is.</summary>
/// <param name="Last">What ran last.</param>
/// <param name="Replacement">What gives the variable another executor, or none; null where the way leaves the function.</param>
internal sealed record PathEnd(SyntaxNode Last, SyntaxNode? Replacement);

/// <summary>
/// Looks for a way from the making of an executor to the end of its function, or back to the making, on which nobody shuts it down. Ways that
/// an exception takes do not count.
/// </summary>
internal sealed class UnendedPath
{
    private readonly ControlFlowGraph _graph;
    private readonly SyntaxNode _creation;
    private readonly ILocalSymbol _executor;
    private readonly IReadOnlyList<SyntaxNode> _shutDowns;
    private readonly Dictionary<object, bool> _known;
    private readonly HashSet<BasicBlock> _seen = [];

    private UnendedPath(ControlFlowGraph graph, IOperation creation, ILocalSymbol executor, IReadOnlyList<SyntaxNode> shutDowns) =>
        (_graph, _creation, _executor, _shutDowns, _known) = (graph, creation.Syntax, executor, shutDowns, Known(creation));

    /// <summary>Such a way; null where there is none.</summary>
    public static PathEnd? Of(ControlFlowGraph graph, IOperation creation, ILocalSymbol executor, IReadOnlyList<SyntaxNode> shutDowns)
    {
        foreach (var block in graph.Blocks)
        {
            var index = Operations(block).TakeWhile(operation => !Holds(operation, creation.Syntax)).Count();
            if (index < Operations(block).Count()) return new UnendedPath(graph, creation, executor, shutDowns).Walk(block, index + 1, creation.Syntax);
        }

        return null;
    }

    private PathEnd? Walk(BasicBlock block, int start, SyntaxNode last)
    {
        if (block.Kind == BasicBlockKind.Exit) return new(last, Replacement: null);
        if (start == 0 && !_seen.Add(block)) return null;

        foreach (var operation in Operations(block).Skip(start))
        {
            if (Ends(operation)) return null;
            // The next one takes its place.
            if (Holds(operation, _creation) || IsAssigned(operation)) return new(last, operation.Syntax);
            last = operation.Syntax;
        }

        return Follow(block.FallThroughSuccessor, last) ?? Follow(block.ConditionalSuccessor, last);
    }

    private PathEnd? Follow(ControlFlowBranch? branch, SyntaxNode last)
    {
        if (branch is not { Semantics: ControlFlowBranchSemantics.Regular or ControlFlowBranchSemantics.Return, Destination: { } destination } || !MayBeTaken(branch)) return null;
        return branch.FinallyRegions.All(region => PassesThrough(region)) ? Walk(destination, 0, last) : null;
    }

    /// <summary>Whether a way through a <c>finally</c> leaves the executor as it is.</summary>
    private bool PassesThrough(ControlFlowRegion region)
    {
        var seen = new HashSet<BasicBlock>();
        return Passes(_graph.Blocks[region.FirstBlockOrdinal]);

        bool Passes(BasicBlock block)
        {
            if (!seen.Add(block) || Operations(block).Any(Ends)) return false;
            return Leaves(block.FallThroughSuccessor) || Leaves(block.ConditionalSuccessor);
        }

        bool Leaves(ControlFlowBranch? branch) => branch switch
        {
            { Semantics: ControlFlowBranchSemantics.StructuredExceptionHandling } => true,
            { Semantics: ControlFlowBranchSemantics.Regular, Destination: { } destination } => MayBeTaken(branch) && branch.FinallyRegions.All(inner => PassesThrough(inner)) && Passes(destination),
            _ => false,
        };
    }

    private bool Ends(IOperation operation) => operation.DescendantsAndSelf().Any(part =>
        part is ILocalReferenceOperation or IFlowCaptureOperation && _shutDowns.Contains(part.Syntax)
        || part is IInvocationOperation { TargetMethod: { Name: "Exit" or "FailFast", ContainingType.Name: "Environment" } });

    private static bool Holds(IOperation operation, SyntaxNode creation) => operation.DescendantsAndSelf().Any(part => part is IObjectCreationOperation && part.Syntax == creation);

    private bool IsAssigned(IOperation operation) => operation.DescendantsAndSelf().Any(part =>
        part is IAssignmentOperation { Target: ILocalReferenceOperation { Local: var local } } && SymbolEqualityComparer.Default.Equals(local, _executor) && !part.Syntax.Span.Contains(_creation.Span));

    private static IEnumerable<IOperation> Operations(BasicBlock block) => block.BranchValue is { } value ? block.Operations.Append(value) : block.Operations;

    /// <summary>The executor is there, <c>true</c> is true, and what led to its making still holds.</summary>
    private bool MayBeTaken(ControlFlowBranch branch)
    {
        if (branch.Source is not { ConditionKind: not ControlFlowConditionKind.None, BranchValue: { } condition } source) return true;

        var holds = branch.IsConditionalSuccessor == (source.ConditionKind == ControlFlowConditionKind.WhenTrue);
        if (condition.ConstantValue is { HasValue: true, Value: bool constant }) return constant == holds;
        if (Condition.Of(condition, static _ => null) is not var (fact, negated, isNullTest)) return true;
        if (isNullTest && fact is AccessPath { Symbol: var tested } && SymbolEqualityComparer.Default.Equals(tested, _executor)) return holds == negated;
        return !_known.TryGetValue(fact, out var known) || known == (holds != negated);
    }

    /// <summary>What surely holds where the executor is made: <c>if (several) pool = new …</c>.</summary>
    private static Dictionary<object, bool> Known(IOperation creation)
    {
        var known = new Dictionary<object, bool>();
        for (var (at, child) = (creation.Parent, creation); at is not null and not (IAnonymousFunctionOperation or ILocalFunctionOperation); (at, child) = (at.Parent, at))
            if (at is IConditionalOperation { Condition: var condition } conditional && child != condition && Condition.Of(condition, static _ => null) is var (fact, negated, _)) known[fact] = (child == conditional.WhenTrue) != negated;
        return known;
    }
}
