using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Whether a condition holds, as far as the values in it, the locks held and earlier branches tell.</summary>
internal sealed class ConditionValues(LockPoint at)
{
    public FlowValue NullTest(FlowValue value, IOperation test) =>
        value.IsNull ? FlowValue.Of(true) : value.IsNotNull ? FlowValue.Of(false) : Known(test);

    public FlowValue Pattern(IIsPatternOperation isPattern, FlowValue value)
    {
        var negated = isPattern.Pattern is INegatedPatternOperation;
        var pattern = isPattern.Pattern is INegatedPatternOperation not ? not.Pattern : isPattern.Pattern;
        if (pattern is not IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: var constant } }) return FlowValue.Unknown;

        bool? matches = constant switch
        {
            null when value.IsNull || value.IsNotNull => value.IsNull,
            bool wanted => value.IsTrue is { } known ? known == wanted : null,
            { } wanted when value.Constant is { } known && known.GetType() == wanted.GetType() => known.Equals(wanted),
            _ => null,
        };
        return matches is { } match ? FlowValue.Of(match ^ negated) : Known(isPattern);
    }

    public FlowValue Binary(IBinaryOperation binary, FlowValue left, FlowValue right)
    {
        if (binary.OperatorKind is not (BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)) return Logical(binary.OperatorKind, left, right, binary);
        var negated = binary.OperatorKind == BinaryOperatorKind.NotEquals;
        if (SemaphoreCountedBy(binary.LeftOperand) is { } semaphore && binary.RightOperand.ConstantValue is { HasValue: true, Value: int count })
        {
            if (at.State.Held.Any(held => held.Lock.Equals(semaphore))) return FlowValue.Of((count == 0) ^ negated);
            if (at.IsSurelyFree(new(semaphore, LockMode.Exclusive))) return FlowValue.Of((count != 0) ^ negated);
        }

        bool? equal =
            left.IsTrue is { } l && right.IsTrue is { } r ? l == r
            : left.Constant is { } first && right.Constant is { } second && first.GetType() == second.GetType() ? first.Equals(second)
            : left.IsNull && right.IsNull ? true
            : (left.IsNull && right.IsNotNull) || (left.IsNotNull && right.IsNull) ? false
            : null;
        return equal is { } known ? FlowValue.Of(known ^ negated) : Known(binary);
    }

    public FlowValue Query(LockOperation query) =>
        at.State.Held.Any(held => held.Lock.Equals(query.Lock) && held.Mode == query.Mode) ? FlowValue.Of(true)
        : at.IsSurelyFree(new(query.Lock, query.Mode)) ? FlowValue.Of(false)
        : Known(query.Operation);

    private FlowValue Logical(BinaryOperatorKind kind, FlowValue left, FlowValue right, IOperation binary) => kind switch
    {
        BinaryOperatorKind.And when left.IsTrue == false || right.IsTrue == false => FlowValue.Of(false),
        BinaryOperatorKind.And when left.IsTrue == true && right.IsTrue == true => FlowValue.Of(true),
        BinaryOperatorKind.Or when left.IsTrue == true || right.IsTrue == true => FlowValue.Of(true),
        BinaryOperatorKind.Or when left.IsTrue == false && right.IsTrue == false => FlowValue.Of(false),
        _ => Known(binary),
    };

    /// <summary>The semaphore whose <c>CurrentCount</c> is read: 0 while its one permit is held, as far as its one holder guards the release by it.</summary>
    private AccessPath? SemaphoreCountedBy(IOperation operation) =>
        operation is IPropertyReferenceOperation { Property: { Name: "CurrentCount", ContainingType.Name: "SemaphoreSlim" } } count ? at.PathOf(count.Instance) : null;

    /// <summary>What an earlier branch told of the same condition.</summary>
    private FlowValue Known(IOperation condition)
    {
        if (!at.IsReached || Condition.Of(condition, at.Alias) is not var (fact, negated, isNullTest)) return FlowValue.Unknown;
        var value = at.State[fact];
        if (isNullTest) value = value.IsNull ? FlowValue.Of(true) : value.IsNotNull ? FlowValue.Of(false) : FlowValue.Unknown;
        return negated ? !value : value;
    }
}
