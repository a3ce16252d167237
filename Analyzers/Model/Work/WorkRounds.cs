using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>How often a loop runs, as far as its text tells.</summary>
/// <param name="Count">The number of rounds, or null where it is not written in the code.</param>
/// <param name="IsPerElement">Whether there is one round for each element of some data, as against a number that somebody chose.</param>
internal readonly record struct WorkRounds(long? Count, bool IsPerElement)
{
    private static readonly WorkRounds s_chosen = new(null, false);
    private static readonly WorkRounds s_perElement = new(null, true);

    public static WorkRounds Of(ILoopOperation loop) => loop switch
    {
        IForLoopOperation @for => OfFor(@for),
        IForEachLoopOperation each => OfSequence(each.Collection),
        IWhileLoopOperation { Condition: { } condition } when condition.DescendantsAndSelf().Any(TakesNext) => s_perElement,
        _ => s_chosen,
    };

    /// <summary>How many elements a sequence has.</summary>
    public static WorkRounds OfSequence(IOperation sequence)
    {
        var value = WorkValue.Of(sequence);
        return value switch
        {
            IInvocationOperation { TargetMethod: { Name: "Range" or "Repeat", ContainingType.Name: "Enumerable" } } range => OfNumber(range.Arguments[1].Value),
            // Somebody cut the data into as many parts as should run at once.
            IInvocationOperation { TargetMethod.Name: "Chunk" or "GetPartitions" or "GetDynamicPartitions" or "GetOrderablePartitions" } => s_chosen,
            ILocalReferenceOperation { Local: var local } when IsPartOfChunks(sequence, local) => s_chosen,
            IArrayCreationOperation { Initializer: { } elements } => new(elements.ElementValues.Length, true),
            IArrayCreationOperation { DimensionSizes: { Length: 1 } sizes } => OfNumber(sizes[0]),
            ICollectionExpressionOperation { Elements: var elements } when !elements.Any(static e => e is ISpreadOperation) => new(elements.Length, true),
            // One round for each thread that there is already.
            _ when ElementType(value.Type) is { Name: "Thread" or "Task" or "CancellationTokenSource" } => s_chosen,
            _ => s_perElement,
        };
    }

    private static WorkRounds OfFor(IForLoopOperation loop)
    {
        if (loop.Condition is not IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.NotEquals } condition)
            return s_chosen;

        var rounds = OfNumber(condition.RightOperand);
        return condition.OperatorKind == BinaryOperatorKind.LessThanOrEqual && rounds.Count is { } last ? rounds with { Count = last + 1 } : rounds;
    }

    private static WorkRounds OfNumber(IOperation number)
    {
        var value = WorkValue.Of(number);
        if (value.ConstantValue is { HasValue: true, Value: IConvertible constant and not string }) return new((long)constant.ToDouble(null), false);
        return value switch
        {
            IPropertyReferenceOperation { Property.Name: "Length" or "LongLength" or "Count", Instance: { } sequence } => OfSequence(sequence),
            IInvocationOperation { TargetMethod: { Name: "Count" or "LongCount", ContainingType.Name: "Enumerable" }, Arguments: { Length: 1 } arguments } => OfSequence(arguments[0].Value),
            _ => s_chosen,
        };
    }

    // `while (queue.TryDequeue(out var item))`, `while (reader.Read())`, `while (stack.Count > 0)`
    private static bool TakesNext(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod.Name: "TryDequeue" or "TryPop" or "TryTake" or "TryRead" or "MoveNext" or "Read" or "ReadLine" or "Any" } => true,
        IPropertyReferenceOperation { Property.Name: "Count" or "Length" or "IsEmpty" } => true,
        _ => false,
    };

    private static bool IsPartOfChunks(IOperation use, ILocalSymbol local)
    {
        for (var parent = use.Parent; parent is not null; parent = parent.Parent)
            if (parent is IForEachLoopOperation each && each.Locals.Contains(local, SymbolEqualityComparer.Default))
                return Of(each) == s_chosen;
        return false;
    }

    private static ITypeSymbol? ElementType(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { TypeArguments: { Length: 1 } arguments } => arguments[0],
        _ => null,
    };
}
