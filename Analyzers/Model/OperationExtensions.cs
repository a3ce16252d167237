using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

internal static class OperationExtensions
{
    /// <summary>The operation below conversions, parentheses and the making of a delegate.</summary>
    public static IOperation? Unconverted(this IOperation? value)
    {
        while (true)
        {
            switch (value)
            {
                case IConversionOperation conversion: value = conversion.Operand; break;
                case IParenthesizedOperation parenthesized: value = parenthesized.Operand; break;
                case IDelegateCreationOperation creation: value = creation.Target; break;
                default: return value;
            }
        }
    }

    /// <summary>The operation above conversions, parentheses and the making of a delegate: the one that uses the value.</summary>
    public static IOperation? Consumer(this IOperation value) => value.Outermost().Parent;

    /// <summary>The value with the conversions around it.</summary>
    public static IOperation Outermost(this IOperation value)
    {
        while (value.Parent is IConversionOperation or IParenthesizedOperation or IDelegateCreationOperation) value = value.Parent;
        return value;
    }

    public static int Position(this IOperation operation) => operation.Syntax.SpanStart;

    /// <summary>The loops around the operation, innermost first, up to the body it stands in.</summary>
    public static IEnumerable<ILoopOperation> Loops(this IOperation operation)
    {
        for (var (at, from) = (operation.Parent, operation); at is not null and not (IAnonymousFunctionOperation or ILocalFunctionOperation); (at, from) = (at.Parent, at))
        {
            // What a foreach runs over is evaluated once.
            if (at is ILoopOperation loop && !(loop is IForEachLoopOperation each && each.Collection == from)) yield return loop;
        }
    }

    /// <summary>The operations inside, but for those of lambdas and local functions, in the order of the source.</summary>
    public static IEnumerable<IOperation> OwnDescendants(this IOperation operation)
    {
        foreach (var child in operation.ChildOperations)
        {
            if (child is IAnonymousFunctionOperation or ILocalFunctionOperation) continue;
            yield return child;
            foreach (var descendant in child.OwnDescendants()) yield return descendant;
        }
    }

    /// <summary>What uses the task that <paramref name="operation"/> gives, however that is configured.</summary>
    private static IOperation? ConsumerOfTask(IOperation operation)
    {
        var consumer = operation.Consumer();
        while (consumer is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "GetAwaiter" or "AsTask" or "Preserve" } call) consumer = call.Consumer();
        return consumer;
    }

    /// <summary>Whether the code goes on only when the task that <paramref name="operation"/> gives has ended.</summary>
    public static bool IsWaitedFor(this IOperation operation) => ConsumerOfTask(operation) switch
    {
        IAwaitOperation or IInvocationOperation { TargetMethod.Name: "GetResult" or "Wait" } or IPropertyReferenceOperation { Property.Name: "Result" } => true,
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => IsWaitedForNext(declarator),
        IArgumentOperation or IArrayInitializerOperation or ICollectionExpressionOperation => operation.Ancestors().OfType<IInvocationOperation>().FirstOrDefault() is { TargetMethod: { ContainingType.Name: "Task" } method } call
            && (method.Name == "WaitAll" || (method.Name == "WhenAll" && call.IsWaitedFor())),
        _ => false,
    };

    /// <summary>Whether the statement behind a declaration waits for the task that it declares.</summary>
    private static bool IsWaitedForNext(IVariableDeclaratorOperation declarator) =>
        declarator.Ancestors().OfType<IVariableDeclarationGroupOperation>().FirstOrDefault() is { Parent: IBlockOperation block } group
        && block.Operations.IndexOf(group) + 1 is var next && next < block.Operations.Length
        && block.Operations[next] is (IExpressionStatementOperation or IVariableDeclarationGroupOperation or IReturnOperation) and var statement
        && statement.OwnDescendants().Any(use => use is ILocalReferenceOperation local && SymbolEqualityComparer.Default.Equals(local.Local, declarator.Symbol) && ConsumerOfTask(use) is IAwaitOperation or IInvocationOperation { TargetMethod.Name: "GetResult" or "Wait" });

    private static IEnumerable<IOperation> Ancestors(this IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent) yield return at;
    }

    /// <summary>Whether it is the caller who may wait for the task that <paramref name="operation"/> gives.</summary>
    public static bool IsReturned(this IOperation operation) => ConsumerOfTask(operation) is IReturnOperation;

    /// <summary>Whether a <c>bool</c> parameter decides about <paramref name="operation"/>: the caller says that it need not be.</summary>
    public static bool IsChosenByFlag(this IOperation operation)
    {
        for (var (at, from) = (operation.Parent, operation); at is not null and not (IAnonymousFunctionOperation or ILocalFunctionOperation); (at, from) = (at.Parent, at))
            if (at is IConditionalOperation conditional && conditional.Condition != from && IsFlag(conditional.Condition)) return true;
        return false;

        static bool IsFlag(IOperation condition) => condition is IParameterReferenceOperation { Type.SpecialType: SpecialType.System_Boolean } || condition.ChildOperations.Any(IsFlag);
    }

    public static bool Contains(this IOperation outer, IOperation inner) => outer.Syntax.SyntaxTree == inner.Syntax.SyntaxTree && outer.Syntax.Span.Contains(inner.Syntax.Span);
}
