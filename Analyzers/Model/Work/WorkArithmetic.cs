using System;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using static Microsoft.CodeAnalysis.Operations.BinaryOperatorKind;

namespace Tandem.Analyzers.Model;

/// <summary>Which operators compute, as opposed to counting and comparing: what makes a loop over data worth a core.</summary>
internal static class WorkArithmetic
{
    public static bool IsArithmetic(IOperation operation) => operation switch
    {
        { ConstantValue.HasValue: true } => false,
        IBinaryOperation { OperatorKind: LessThan or LessThanOrEqual or GreaterThan or GreaterThanOrEqual } comparison =>
            // Elements put in order, as in a sort or a search for the greatest.
            IsElement(comparison.LeftOperand) || IsElement(comparison.RightOperand),
        IBinaryOperation binary => IsArithmetic(binary.OperatorKind, binary.Type, binary.OperatorMethod, binary.RightOperand),
        ICompoundAssignmentOperation compound => IsArithmetic(compound.OperatorKind, compound.Type, compound.OperatorMethod, compound.Value),
        _ => false,
    };

    private static bool IsArithmetic(BinaryOperatorKind kind, ITypeSymbol? type, IMethodSymbol? overload, IOperation right) => kind switch
    {
        // `i + 1` steps; it does not compute.
        Add or Subtract when IsSmall(right) => false,
        Add or Subtract or Multiply or Divide or IntegerDivide or Remainder or Power or LeftShift or RightShift or UnsignedRightShift or And or Or or ExclusiveOr =>
            IsNumber(type) || overload is not null && !IsTime(overload.ContainingType),
        _ => false,
    };

    private static bool IsElement(IOperation operation) => WorkValue.Unconverted(operation) is IArrayElementReferenceOperation;

    private static bool IsSmall(IOperation operation) =>
        operation.ConstantValue is { HasValue: true, Value: IConvertible value and not (string or bool or char) } && Math.Abs(value.ToDouble(null)) <= 1;

    private static bool IsNumber(ITypeSymbol? type) => type?.SpecialType is
        SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Int32
        or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Single or SpecialType.System_Double
        or SpecialType.System_Decimal or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    private static bool IsTime(ITypeSymbol type) => type.Name is "DateTime" or "TimeSpan" or "DateTimeOffset" or "String" or "Delegate" or "MulticastDelegate";
}
