using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Which locals and flow captures of a body are only other names for a path: defined once, by a path that the body leaves as it is.</summary>
internal sealed class Aliases
{
    private readonly Dictionary<object, IOperation?> _definitions = [];
    private readonly HashSet<object> _definedAgain = [];
    private readonly HashSet<ISymbol> _assigned = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<object, AccessPath?> _resolved = [];

    public Aliases(ControlFlowGraph graph)
    {
        foreach (var block in graph.Blocks)
        {
            foreach (var operation in block.Operations) Collect(operation);
            if (block.BranchValue is { } value) Collect(value);
        }
    }

    /// <summary>The path that <paramref name="reference"/>, to a local or a flow capture, stands for; null where it stands for itself.</summary>
    public AccessPath? Resolve(IOperation reference)
    {
        object key = reference is IFlowCaptureReferenceOperation capture ? capture.Id : ((ILocalReferenceOperation)reference).Local;

        // Several rules may ask at once.
        lock (_resolved)
        {
            if (_resolved.TryGetValue(key, out var known)) return known;

            _resolved[key] = null; // A definition that names itself ends here.
            return _resolved[key] = _definitions.TryGetValue(key, out var definition) && definition is not null && IsPath(definition) ? Stable(AccessPath.Of(definition, Resolve)) : null;
        }
    }

    /// <summary>The only value that <paramref name="local"/> ever has, where there is one.</summary>
    public IOperation? DefinitionOf(ILocalSymbol local) => _definitions.TryGetValue(local, out var definition) ? definition : null;

    // What the compiler adds (an enumerator's Current) names another object each time.
    private static bool IsPath(IOperation definition) => definition is IConversionOperation conversion
        ? IsPath(conversion.Operand)
        : !definition.IsImplicit && definition is IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.IsEmpty: true } or IParameterReferenceOperation or ILocalReferenceOperation or IInstanceReferenceOperation or IFlowCaptureReferenceOperation;

    private AccessPath? Stable(AccessPath? path)
    {
        for (var part = path; part is not null; part = part.Owner)
            if (part.Symbol is { } symbol && (symbol is ILocalSymbol ? _definedAgain.Contains(symbol) : _assigned.Contains(symbol))) return null;
        return path;
    }

    private void Collect(IOperation operation)
    {
        switch (operation)
        {
            case IFlowCaptureOperation capture: Define(capture.Id, capture.Value); break;
            case ISimpleAssignmentOperation { IsRef: false } assignment: Assign(assignment.Target, assignment.Value); break;
            case IAssignmentOperation assignment: Assign(assignment.Target, null); break;
            case IIncrementOrDecrementOperation increment: Assign(increment.Target, null); break;
            case IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument: Assign(argument.Value, null); break;
        }

        foreach (var child in operation.ChildOperations) Collect(child);
    }

    private void Assign(IOperation target, IOperation? value)
    {
        switch (target)
        {
            case ILocalReferenceOperation local: Define(local.Local, value); break;
            case IDeclarationExpressionOperation declaration: Assign(declaration.Expression, value); break;
            case ITupleOperation tuple: foreach (var element in tuple.Elements) Assign(element, null); break;
            case IMemberReferenceOperation member: _assigned.Add(member.Member); break;
            case IParameterReferenceOperation parameter: _assigned.Add(parameter.Parameter); break;
        }
    }

    private void Define(object key, IOperation? value)
    {
        if (_definitions.ContainsKey(key)) _definedAgain.Add(key);
        _definitions[key] = _definedAgain.Contains(key) ? null : value;
    }
}
