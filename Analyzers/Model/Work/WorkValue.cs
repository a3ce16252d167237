using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What an expression surely holds, where the code shows it: the value itself, or the one value that a local ever gets.</summary>
internal static class WorkValue
{
    // A local set from a local set from a local: nobody writes more of them than that.
    private const int MaxSteps = 8;

    /// <summary>Follows conversions and locals that are set once, where they are declared. Gives the last operation it can reach.</summary>
    public static IOperation Of(IOperation operation)
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            operation = Unconverted(operation);
            if (operation is not ILocalReferenceOperation local || OnlyValue(local) is not { } value) break;
            operation = value;
        }

        return operation;
    }

    /// <summary>The operation below conversions, parentheses and `new Func&lt;…&gt;(…)`.</summary>
    public static IOperation Unconverted(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation { OperatorMethod: null } conversion: operation = conversion.Operand; break;
                case IParenthesizedOperation parenthesized: operation = parenthesized.Operand; break;
                case IDelegateCreationOperation creation: operation = creation.Target; break;
                default: return operation;
            }
        }
    }

    /// <summary>The delegate that <paramref name="work"/> surely is: a lambda or a method group, also through locals. Null where that is unknown.</summary>
    public static IOperation? Delegate(IOperation work) =>
        Of(work) is IAnonymousFunctionOperation or IMethodReferenceOperation ? Of(work) : null;

    /// <summary>Whether <paramref name="reference"/>, to a variable, is the target of a write: assigned, incremented, or passed by reference.</summary>
    public static bool IsWritten(IOperation reference) => reference.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == reference,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } => true,
        IAddressOfOperation => true,
        ITupleOperation tuple => tuple.Parent is IDeconstructionAssignmentOperation deconstruction && deconstruction.Target == tuple || IsWritten(tuple),
        _ => false,
    };

    private static IOperation? OnlyValue(ILocalReferenceOperation local)
    {
        IOperation? value = null;
        foreach (var operation in Root(local).Descendants())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when SymbolEqualityComparer.Default.Equals(declarator.Symbol, local.Local):
                    value = declarator.GetVariableInitializer()?.Value;
                    break;
                case ILocalReferenceOperation other when SymbolEqualityComparer.Default.Equals(other.Local, local.Local) && IsWritten(other):
                    return null;
            }
        }

        // The variable of a `using` or `foreach` has no initializer of its own; neither has one that is set later.
        return value;
    }

    /// <summary>The body that an operation is part of.</summary>
    public static IOperation Root(IOperation operation)
    {
        while (operation.Parent is { } parent) operation = parent;
        return operation;
    }
}
