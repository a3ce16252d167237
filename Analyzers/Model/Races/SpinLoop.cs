using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// A loop that ends only when another thread changes what it tests: it calls nothing and changes nothing that it tests. The JIT may read a plain
/// variable once for all of its rounds (ECMA-335 I.12.6.4), so that it never ends.
/// </summary>
internal static class SpinLoop
{
    /// <summary>The loops of the body that spin, each with what decides whether they go on.</summary>
    public static IEnumerable<ImmutableArray<IOperation>> In(Body body)
    {
        foreach (var loop in body.Root.OwnDescendants().OfType<ILoopOperation>())
            if (TestsOf(loop) is { IsEmpty: false } tests) yield return tests;
    }

    private static ImmutableArray<IOperation> TestsOf(ILoopOperation loop)
    {
        if (loop is not (IWhileLoopOperation { ConditionIsUntil: false } or IForLoopOperation)) return [];
        var changed = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var part in loop.OwnDescendants())
        {
            if (!IsPlain(part)) return [];
            if (Target(part) is not { } target) continue;
            // Nobody can tell what is changed through a reference.
            if (HandleUses.Variable(target) is not { } variable || variable is ILocalSymbol { RefKind: not RefKind.None } or IParameterSymbol { RefKind: not RefKind.None } or IFieldSymbol { RefKind: not RefKind.None }) return [];
            changed.Add(variable);
        }

        ImmutableArray<IOperation> reads = [.. Exits(loop).SelectMany(static test => test.DescendantsAndSelf()).Where(static read => HandleUses.Variable(read) is not null)];
        // It may end by itself.
        return reads.Any(read => changed.Contains(HandleUses.Variable(read)!)) ? [] : reads;
    }

    /// <summary>The conditions under which the loop ends.</summary>
    private static IEnumerable<IOperation> Exits(ILoopOperation loop)
    {
        var condition = loop switch { IWhileLoopOperation repeated => repeated.Condition, IForLoopOperation counting => counting.Condition, _ => null };
        if (condition is { ConstantValue.HasValue: false }) yield return condition;
        foreach (var choice in loop.Body.OwnDescendants().OfType<IConditionalOperation>())
            if (choice.OwnDescendants().Any(static leave => leave is IReturnOperation or IThrowOperation or IBranchOperation { BranchKind: not BranchKind.Continue })) yield return choice.Condition;
    }

    private static IOperation? Target(IOperation part) => part switch
    {
        IAssignmentOperation assignment => assignment.Target,
        IIncrementOrDecrementOperation step => step.Target,
        _ => null,
    };

    /// <summary>Whether it calls nothing, and orders nothing for other threads.</summary>
    private static bool IsPlain(IOperation part) => part switch
    {
        IFieldReferenceOperation reference => !reference.Field.IsVolatile,
        IPropertyReferenceOperation reference => reference.Property.IsLocation() && !reference.Property.IsVirtual && !reference.Property.IsOverride,
        IBinaryOperation binary => binary.OperatorMethod is null && binary.Type?.SpecialType is not SpecialType.System_String && !IsDynamic(binary.LeftOperand) && !IsDynamic(binary.RightOperand),
        IUnaryOperation unary => unary.OperatorMethod is null && !IsDynamic(unary.Operand),
        ICompoundAssignmentOperation compound => compound.OperatorMethod is null && compound.Type?.SpecialType is not SpecialType.System_String,
        IIncrementOrDecrementOperation step => step.OperatorMethod is null,
        IConversionOperation conversion => conversion.OperatorMethod is null && !(conversion.Type?.IsReferenceType == true && conversion.Operand.Type?.IsValueType == true),
        IBlockOperation or IExpressionStatementOperation or IEmptyOperation or IBranchOperation or IReturnOperation { Kind: OperationKind.Return } or IConditionalOperation or IWhileLoopOperation or IForLoopOperation => true,
        ISimpleAssignmentOperation or IParenthesizedOperation or ILiteralOperation or IDefaultValueOperation or IInstanceReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation or IArrayElementReferenceOperation => true,
        IIsPatternOperation or IIsTypeOperation or IConstantPatternOperation or INegatedPatternOperation or IRelationalPatternOperation or IBinaryPatternOperation or ITypePatternOperation => true,
        IVariableDeclarationGroupOperation or IVariableDeclarationOperation or IVariableDeclaratorOperation or IVariableInitializerOperation => true,
        _ => false,
    };

    private static bool IsDynamic(IOperation operand) => operand.Type?.TypeKind is TypeKind.Dynamic;
}
