using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What one pass over a member tells of its locals and parameters: which are captured, what they start as, and which never change.</summary>
internal sealed class LocalTable
{
    private readonly HashSet<ISymbol> _captured = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _assigned = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, IOperation> _initial = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _rebound = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _items = new(SymbolEqualityComparer.Default);

    public LocalTable(IOperation member)
    {
        foreach (var operation in member.Descendants())
        {
            switch (operation)
            {
                case ILocalReferenceOperation reference:
                    Note(reference, reference.Local);
                    break;
                case IParameterReferenceOperation reference:
                    Note(reference, reference.Parameter);
                    break;
                case IVariableDeclaratorOperation declarator when declarator.GetVariableInitializer() is { } initializer:
                    _initial[declarator.Symbol] = initializer.Value.Unconverted()!;
                    break;
                case ISimpleAssignmentOperation { IsRef: true, Target: ILocalReferenceOperation { Local: var local } }:
                    _rebound.Add(local);
                    break;
                case IForEachLoopOperation loop:
                    foreach (var item in loop.Locals) _items.Add(item);
                    break;
            }
        }
    }

    /// <summary>Whether a lambda or local function uses the variable of the body around it.</summary>
    public bool IsCaptured(ISymbol variable) => _captured.Contains(variable);

    /// <summary>Whether the variable is an item of a foreach.</summary>
    public bool IsItem(ISymbol variable) => _items.Contains(variable);

    /// <summary>Whether the variable keeps the value that it starts with.</summary>
    public bool NeverChanges(ISymbol variable) => !_assigned.Contains(variable);

    /// <summary>Whether the <c>ref</c> local stands for what it was declared as throughout.</summary>
    public bool IsBoundOnce(ISymbol local) => !_rebound.Contains(local);

    /// <summary>What the local is declared as.</summary>
    public IOperation? Initial(ISymbol local) => _initial.TryGetValue(local, out var value) ? value : null;

    private void Note(IOperation reference, ISymbol variable)
    {
        if (IsAssigned(reference)) _assigned.Add(variable);
        if (!_captured.Contains(variable) && !SymbolEqualityComparer.Default.Equals(EnclosingMethod(reference), variable.ContainingSymbol) && EnclosingMethod(reference) is not null)
            _captured.Add(variable);
    }

    private static IMethodSymbol? EnclosingMethod(IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent)
        {
            switch (at)
            {
                case IAnonymousFunctionOperation lambda: return lambda.Symbol;
                case ILocalFunctionOperation function: return function.Symbol;
            }
        }

        return null;
    }

    private static bool IsAssigned(IOperation reference) => reference.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == reference,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: not (RefKind.None or RefKind.In) } => true,
        ITupleOperation { Parent: IDeconstructionAssignmentOperation deconstruction } tuple => deconstruction.Target == tuple,
        _ => false,
    };
}
