using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What the members of Interlocked can do in place of an update.</summary>
internal static class Interlocking
{
    /// <summary>Whether a member of Interlocked does exactly what the update does.</summary>
    public static bool CanDo(Access update) => update.Operation switch
    {
        // It does not notice an overflow.
        IIncrementOrDecrementOperation { IsChecked: true } or ICompoundAssignmentOperation { IsChecked: true } => false,
        IIncrementOrDecrementOperation step => IsLocation(step.Target),
        ICompoundAssignmentOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Or or BinaryOperatorKind.And } compound => IsLocation(compound.Target),
        ISimpleAssignmentOperation { Value: var value } assignment when value.Unconverted() is IBinaryOperation { IsChecked: false, OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } => IsLocation(assignment.Target),
        _ => false,
    };

    /// <summary>Whether the write, too, is one step, or becomes one by the same repair.</summary>
    public static bool KeepsWhole(Access write) => write.Kind switch
    {
        AccessKind.Atomic => true,
        AccessKind.Update => CanDo(write),
        // A plain store of a value that does not depend on the old one; or `x = x + n`.
        AccessKind.Write => write.Sources.IsEmpty || CanDo(write),
        _ => write.Operation is IInvocationOperation,
    };

    /// <summary>Whether it can be passed by reference, and is of a type that Interlocked takes.</summary>
    private static bool IsLocation(IOperation target) =>
        target is IFieldReferenceOperation { Field.IsReadOnly: false } or ILocalReferenceOperation or IParameterReferenceOperation or IArrayElementReferenceOperation
        && target.Type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32 or SpecialType.System_UInt64;
}
