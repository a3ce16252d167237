using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>Looks for a read, behind a place in a function, of what a variable held there: on some way before the variable is given something else.</summary>
internal sealed class LaterRead
{
    private readonly ControlFlowGraph _graph;
    private readonly SyntaxNode _from;
    private readonly ISymbol _variable;
    private readonly Func<SyntaxNode, bool> _counts;
    private readonly HashSet<BasicBlock> _seen = [];

    private LaterRead(ControlFlowGraph graph, SyntaxNode from, ISymbol variable, Func<SyntaxNode, bool> counts) => (_graph, _from, _variable, _counts) = (graph, from, variable, counts);

    /// <param name="from">An expression; what is read as part of it is not behind it.</param>
    /// <param name="variable">A local, a parameter, or a field of <c>this</c>.</param>
    /// <param name="counts">Whether a read is of interest.</param>
    public static SyntaxNode? Of(SyntaxNode from, ISymbol variable, SemanticModel model, Func<SyntaxNode, bool> counts, CancellationToken cancellationToken)
    {
        if (FunctionGraphs.FunctionAround(from) is not { } function || FunctionGraphs.Of(function, model, cancellationToken) is not { } graph) return null;

        var search = new LaterRead(graph, from, variable, counts);
        foreach (var block in graph.Blocks)
        {
            var operations = Operations(block).ToList();
            var index = operations.FindIndex(operation => operation.DescendantsAndSelf().Any(part => part.Syntax == from));
            if (index >= 0) return search.Walk(block, index);
        }

        return null;
    }

    private SyntaxNode? Walk(BasicBlock block, int start)
    {
        if (start == 0 && !_seen.Add(block)) return null;

        foreach (var operation in Operations(block).Skip(start))
        {
            var uses = operation.DescendantsAndSelf().Where(IsUse).ToList();
            if (uses.FirstOrDefault(use => !IsReplaced(use) && IsBehind(use.Syntax, operation.Syntax) && _counts(use.Syntax)) is { } read) return read.Syntax;
            if (uses.Any(IsReplaced)) return null;
        }

        return Follow(block.FallThroughSuccessor) ?? Follow(block.ConditionalSuccessor);
    }

    private SyntaxNode? Follow(ControlFlowBranch? branch)
    {
        if (branch?.Destination is not { } destination) return null;
        foreach (var region in branch.FinallyRegions)
            if (Walk(_graph.Blocks[region.FirstBlockOrdinal], 0) is { } read) return read;
        return Walk(destination, 0);
    }

    // What is written before the place, or as part of it, is read before it, unless a loop comes back to it.
    private bool IsBehind(SyntaxNode use, SyntaxNode operation) => !_from.Span.Contains(use.Span) && (!operation.Span.Contains(_from.Span) || use.SpanStart > _from.Span.End);

    private bool IsUse(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => SymbolEqualityComparer.Default.Equals(local.Local, _variable),
        IParameterReferenceOperation parameter => SymbolEqualityComparer.Default.Equals(parameter.Parameter, _variable),
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation or null } field => SymbolEqualityComparer.Default.Equals(field.Field, _variable),
        _ => false,
    };

    private static bool IsReplaced(IOperation use) => use.Parent switch
    {
        ISimpleAssignmentOperation assignment => assignment.Target == use,
        IArgumentOperation { Parameter.RefKind: RefKind.Out } => true,
        // Nothing is left of what it held.
        IInvocationOperation { TargetMethod: { Name: "Clear", Parameters.IsEmpty: true } } call => call.Instance == use,
        ITupleOperation { Parent: IDeconstructionAssignmentOperation deconstruction } tuple => deconstruction.Target == tuple,
        _ => false,
    };

    private static IEnumerable<IOperation> Operations(BasicBlock block) => block.BranchValue is { } value ? block.Operations.Append(value) : block.Operations;
}
