using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells a check that sees to it that something happens once, or changes nothing, from one that decides on a value. The former have rules of their own.</summary>
internal static class Initialization
{
    /// <summary><c>if (_x is null) _x = new();</c> and <c>if (_started) return; _started = true;</c>: lazy initialisation and start-once flags.</summary>
    public static bool IsOnceOnly(CheckThenAct found, Concurrency concurrency)
    {
        if (found.Write is not { Kind: AccessKind.Write, Value: { } value }) return false;
        if (IsConstant(value, out var constant))
            return constant is not null && concurrency.AccessesOf(found.Place, found.Body).All(other => !other.Access.Writes || Concurrency.IsOnceOnly(other.Body) || Assigns(other.Access, constant));

        return TestAgainst(found.Read.Operation) is { } test && IsConstant(test.Other, out var tested) && IsDefault(tested) && HappensWhenEqual(test, found.Act.Operation) != false;
    }

    /// <summary>Whether the change is made where the test has found that it was not made yet, and only there.</summary>
    public static bool HappensWhenUnset(CheckThenAct found)
    {
        // A loop goes on until something is set, by whomever.
        if (found.Read.Operation != found.Check.Operation || IsOfLoop(found.Check.Operation) || TestAgainst(found.Read.Operation) is not { } test) return false;
        var happens = HappensWhenEqual(test, found.Act.Operation);
        if (test.Other is null || !IsConstant(test.Other, out var tested) || IsDefault(tested)) return happens == true && (test.Other is null || IsConstant(test.Other, out _));
        return happens == false && found.Write.Value is { } value && IsConstant(value, out var set) && Equals(set, tested);
    }

    /// <summary>Whether the change leaves what was checked as it was found: <c>if (_link == null) _link = Connect();</c> beside <c>_link = null</c>, <c>if (_asked) { _asked = false; Leave(); }</c> beside <c>_asked = true</c>.</summary>
    public static bool IsKept(CheckThenAct found, Access change)
    {
        if (found.Write.Kind is not AccessKind.Write || change is not { Kind: AccessKind.Write, Value: { } value } || !IsConstant(value, out var set) || TestOf(found) is not { } test) return false;
        var happens = HappensWhenEqual(test, found.Act.Operation);
        return test.Other is null && set is bool flag ? happens == !flag : happens == true && IsConstant(test.Other, out var tested) && Equals(set, tested);
    }

    // The test of what was read: at once, or from the local that it was kept in.
    private static Test? TestOf(CheckThenAct found)
    {
        if (TestAgainst(found.Read.Operation) is { } direct) return direct;
        for (var under = found.Act.Under; under is not null; under = under.Outer)
        {
            if (!under.Tests.Contains(found.Check)) continue;
            var locals = under.Expression.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Take(2).ToList();
            return locals.Count == 1 ? TestAgainst(locals[0]) : null;
        }

        return null;
    }

    /// <summary>Whether it is a mark that something has been done: a constant.</summary>
    public static bool IsFlag(Access write) => write.Value is { } value && IsConstant(value, out var constant) && constant is not null;

    /// <summary><c>lock (_gate) _shown = _items;</c>: under its lock it is set to what is there then, whatever was seen before.</summary>
    public static bool IsSnapshot(Access write) => write is { Kind: AccessKind.Write, Holds.IsEmpty: false } && write.Value.Unconverted() is IFieldReferenceOperation { Field.IsConst: false };

    /// <summary>Whether any thread would set the same, and nobody can tell whose it is: a number, a text, a type, a task that has ended.</summary>
    public static bool IsMemo(Access write) => !IsFlag(write) && write.Value.Unconverted() is { Type: { } type } value
        && (IsEndedTask(value) || type.IsValueType || type.SpecialType is SpecialType.System_String || type is { Name: "Type", ContainingNamespace.Name: "System" })
        && !value.DescendantsAndSelf().Any(static part => part is IIncrementOrDecrementOperation or IInvocationOperation { TargetMethod.ContainingType.Name: "Interlocked" or "Guid" or "Random" });

    private static bool IsEndedTask(IOperation value) => value is IInvocationOperation { TargetMethod: { Name: "FromResult" or "FromException" or "FromCanceled", ContainingType: { Name: "Task" or "ValueTask", ContainingNamespace.Name: "Tasks" } } };

    private static bool IsOfLoop(IOperation test)
    {
        for (var (at, from) = (test.Parent, test); at is not null; (at, from) = (at.Parent, at))
        {
            if (at is IWhileLoopOperation loop) return loop.Condition == from;
            if (at is IForLoopOperation counting) return counting.Condition == from;
            if (at is IBlockOperation or IConditionalOperation { Syntax: Microsoft.CodeAnalysis.CSharp.Syntax.IfStatementSyntax }) return false;
        }

        return false;
    }

    /// <summary><c>if (_name != value) _name = value;</c>: whoever comes in between, the outcome is the same.</summary>
    public static bool IsIdempotent(CheckThenAct found)
    {
        if (found.Write is not { Kind: AccessKind.Write, Value: { } value } || TestAgainst(found.Read.Operation) is not { } test) return false;
        if (IsConstant(value, out var constant) && IsConstant(test.Other, out var tested))
            return IsAlone(found) || (Equals(constant, tested) && HappensWhenEqual(test, found.Act.Operation) == true);
        return Symbol(value) is { } assigned && SymbolEqualityComparer.Default.Equals(assigned, Symbol(test.Other));
    }

    /// <summary>Whether the change is all that the condition decides.</summary>
    private static bool IsAlone(CheckThenAct found)
    {
        IOperation act = found.Act.Operation;
        while (act.Parent is IExpressionStatementOperation or ILockOperation or IBlockOperation { Operations.Length: 1 }) act = act.Parent;
        return act.Parent is IConditionalOperation { WhenFalse: null } conditional && conditional.Condition.Contains(found.Check.Operation);
    }

    private readonly record struct Test(IOperation Comparison, IOperation? Other, bool Equal);

    /// <summary>What the read is compared with: <c>x == null</c>, <c>x is 0</c>, <c>!x</c>, <c>x.HasValue</c>.</summary>
    private static Test? TestAgainst(IOperation read)
    {
        var outer = read.Outermost();
        return outer.Parent switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } binary =>
                new Test(binary, binary.LeftOperand == outer ? binary.RightOperand : binary.LeftOperand, binary.OperatorKind is BinaryOperatorKind.Equals),
            IIsPatternOperation { Pattern: IConstantPatternOperation pattern } match => new Test(match, pattern.Value, true),
            IIsPatternOperation { Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation pattern } } match => new Test(match, pattern.Value, false),
            // `x is { } y` and `x is Type y`: not null.
            IIsPatternOperation { Pattern: IRecursivePatternOperation or IDeclarationPatternOperation or ITypePatternOperation } match => new Test(match, null, false),
            IPropertyReferenceOperation { Property: { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } } has => new Test(has, null, false),
            ICoalesceOperation coalesce when coalesce.Value == outer => new Test(coalesce, null, true),
            _ when read.Type?.SpecialType is SpecialType.System_Boolean => new Test(read, null, false),
            _ => null,
        };
    }

    /// <summary>Whether the act is done when the comparison finds both equal; null if the code is not so plain.</summary>
    private static bool? HappensWhenEqual(Test test, IOperation act)
    {
        if (test.Comparison is ICoalesceOperation coalesce) return coalesce.WhenNull.Contains(act) || act.Contains(coalesce) ? true : null;

        var equal = test.Equal;
        bool and = true, or = true;
        for (IOperation at = test.Comparison; at.Parent is { } parent; at = parent)
        {
            switch (parent)
            {
                case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not }: equal = !equal; (and, or) = (or, and); break;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd }: or = false; break;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr }: and = false; break;
                case IConversionOperation or IParenthesizedOperation: break;
                case IConditionalOperation conditional when conditional.Condition == at:
                    return conditional.WhenTrue.Contains(act) ? (and ? equal : null) : or ? !equal : null;
                default: return null;
            }
        }

        return null;
    }

    private static bool Assigns(Access write, object constant) => write.Value is not null && IsConstant(write.Value, out var value) && Equals(value, constant);

    private static bool IsConstant(IOperation? value, out object? constant)
    {
        value = value.Unconverted();
        constant = value?.ConstantValue.Value;
        return value is null or IDefaultValueOperation || value.ConstantValue.HasValue;
    }

    private static bool IsDefault(object? constant) => constant switch
    {
        null => true,
        bool value => !value,
        string value => value.Length == 0,
        System.IConvertible value => value.ToDouble(null) is 0 or -1,
        _ => false,
    };

    private static ISymbol? Symbol(IOperation? value) => value.Unconverted() switch
    {
        ILocalReferenceOperation reference => reference.Local,
        IParameterReferenceOperation reference => reference.Parameter,
        IMemberReferenceOperation reference => reference.Member,
        _ => null,
    };
}
