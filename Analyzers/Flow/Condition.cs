using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;
using Kind = Microsoft.CodeAnalysis.Operations.BinaryOperatorKind;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// A comparison of two stable values, so that a path which has passed it once knows its outcome the second time:
/// <c>if (n > 0) Enter(); … if (n > 0) Exit();</c>.
/// </summary>
internal sealed record Condition(Kind Operator, AccessPath Left, AccessPath Right)
{
    public bool DependsOn(AccessPath path) => Left.DependsOn(path) || Right.DependsOn(path);

    /// <summary>The fact that decides <paramref name="condition"/>, and whether it decides it the other way round; null where nothing can be known of it.</summary>
    public static (object Fact, bool Negated, bool IsNullTest)? Of(IOperation? condition, Func<IOperation, AccessPath?> alias)
    {
        switch (condition)
        {
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, alias);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not when Of(not.Operand, alias) is var (fact, negated, isNullTest):
                return (fact, !negated, isNullTest);
            case IIsNullOperation isNull when AccessPath.Of(isNull.Operand, alias) is { } path:
                return (path, false, true);
            case IIsPatternOperation { Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation constant } } isNot when OfPattern(isNot.Value, constant, alias) is var (fact, negated, isNullTest):
                return (fact, !negated, isNullTest);
            case IIsPatternOperation { Pattern: IConstantPatternOperation constant } isPattern:
                return OfPattern(isPattern.Value, constant, alias);
            case IBinaryOperation { OperatorMethod: null or { ContainingType.SpecialType: SpecialType.System_String } } binary:
                return OfComparison(binary, alias);
            case IPropertyReferenceOperation { Property: { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } } hasValue when AccessPath.Of(hasValue.Instance, alias) is { } path:
                return (path, true, true);
            case { Type.SpecialType: SpecialType.System_Boolean, ConstantValue.HasValue: false } when AccessPath.Of(condition, alias) is { } path:
                return (path, false, false);
            default:
                return null;
        }
    }

    /// <summary><c>x is null</c>, <c>taken is true</c>.</summary>
    private static (object Fact, bool Negated, bool IsNullTest)? OfPattern(IOperation value, IConstantPatternOperation pattern, Func<IOperation, AccessPath?> alias) => pattern.Value.ConstantValue switch
    {
        { HasValue: true, Value: null } when AccessPath.Of(value, alias) is { } path => (path, false, true),
        { HasValue: true, Value: bool wanted } when Of(value, alias) is var (fact, negated, isNullTest) => (fact, negated ^ !wanted, isNullTest),
        _ => null,
    };

    private static (object Fact, bool Negated, bool IsNullTest)? OfComparison(IBinaryOperation binary, Func<IOperation, AccessPath?> alias)
    {
        if (binary.OperatorKind is Kind.Equals or Kind.NotEquals)
        {
            var negated = binary.OperatorKind == Kind.NotEquals;
            foreach (var (value, other) in new[] { (binary.LeftOperand, binary.RightOperand), (binary.RightOperand, binary.LeftOperand) })
            {
                if (IsNull(other) && AccessPath.Of(value, alias) is { } path) return (path, negated, true);
                if (other.ConstantValue is { HasValue: true, Value: bool constant } && Of(value, alias) is var (fact, flipped, isNullTest)) return (fact, flipped ^ negated ^ !constant, isNullTest);
            }
        }

        if (AccessPath.Of(binary.LeftOperand, alias) is not { } left || AccessPath.Of(binary.RightOperand, alias) is not { } right) return null;
        return binary.OperatorKind switch
        {
            Kind.Equals or Kind.LessThan or Kind.GreaterThan => (new Condition(binary.OperatorKind, left, right), false, false),
            Kind.NotEquals => (new Condition(Kind.Equals, left, right), true, false),
            Kind.GreaterThanOrEqual => (new Condition(Kind.LessThan, left, right), true, false),
            Kind.LessThanOrEqual => (new Condition(Kind.GreaterThan, left, right), true, false),
            _ => null,
        };
    }

    private static bool IsNull(IOperation operation) =>
        operation.ConstantValue.HasValue ? operation.ConstantValue.Value is null
        : operation is IConversionOperation conversion && IsNull(conversion.Operand);
}
