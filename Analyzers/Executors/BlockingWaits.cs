using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>Where code holds its thread until a task has ended that a call gave it: <c>task.Result</c>, <c>Task.WaitAll(tasks)</c>.</summary>
internal static class BlockingWaits
{
    /// <summary>The waits for what <paramref name="call"/> gives: at the call, or through locals, sequences and loops over them.</summary>
    public static IEnumerable<IOperation> For(IInvocationOperation call)
    {
        var seen = new HashSet<ILocalSymbol>(SymbolEqualityComparer.Default);
        return For(call, seen);
    }

    private static IEnumerable<IOperation> For(IOperation? result, HashSet<ILocalSymbol> seen)
    {
        for (; result is not null; result = DroppedResult.Next(result))
        {
            result = result.Outermost();
            if (At(result) is { } wait) return [wait];
            if (Holder(result) is { } local) return seen.Add(local) ? Uses(local, result).SelectMany(use => For(use, seen)) : [];
        }

        return [];
    }

    private static IEnumerable<IOperation> Uses(ILocalSymbol local, IOperation near) =>
        WorkValue.Root(near).Descendants().Where(operation => operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local));

    private static ILocalSymbol? Holder(IOperation value) => value.Parent switch
    {
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var declared } } => declared,
        ISimpleAssignmentOperation assignment when assignment.Value == value => Variable(assignment.Target),
        IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: "Add", Instance: { } collection } } => Variable(collection),
        // `foreach (var task in tasks) task.Wait();`
        IForEachLoopOperation { IsAsynchronous: false } loop when loop.Collection == value && loop.Locals.Length == 1 => loop.Locals[0],
        _ => null,
    };

    private static ILocalSymbol? Variable(IOperation target) => target.Unconverted() switch
    {
        ILocalReferenceOperation { Local: var local } => local,
        IArrayElementReferenceOperation { ArrayReference: var array } => Variable(array),
        _ => null,
    };

    /// <summary>The wait that <paramref name="task"/> is waited for by, right here.</summary>
    private static IOperation? At(IOperation task)
    {
        var wait = task.Parent switch
        {
            IPropertyReferenceOperation { Property: { Name: "Result", ContainingType.Name: "Task" } } result => result,
            IInvocationOperation { Instance: { } instance, TargetMethod: { Name: "Wait", ContainingType.Name: "Task" } } call when instance == task && !IsTimed(call) => call,
            IInvocationOperation { Instance: { } instance, TargetMethod.Name: "GetAwaiter" } awaiter when instance == task => awaiter.Parent as IInvocationOperation is { TargetMethod.Name: "GetResult" } result ? result : null,
            IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "WaitAll" or "WaitAny", ContainingType.Name: "Task" } } call } when !IsTimed(call) => call,
            IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: "ToBlockingEnumerable" } call } => call,
            IArrayElementReferenceOperation element => At(element.Outermost()),
            _ => null,
        };

        // Of a task that was awaited before, the result is there.
        return wait is not null && FunctionGraphs.FunctionAround(wait.Syntax) is { } function && !FinishedTasks.IsFinished(wait, function) ? wait : null;
    }

    /// <summary>A wait with a time-out ends.</summary>
    private static bool IsTimed(IInvocationOperation wait) => wait.TargetMethod.Parameters.Any(static parameter => parameter.Type.Name is "TimeSpan" or "Int32");
}
