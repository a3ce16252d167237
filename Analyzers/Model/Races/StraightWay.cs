using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells whether a body goes straight from a start to a read, with nothing on the way that may wait for the work.</summary>
internal static class StraightWay
{
    /// <param name="body">The body.</param>
    /// <param name="start">The start.</param>
    /// <param name="begin">Where the work begins to run.</param>
    /// <param name="read">The read.</param>
    public static bool Leads(Body body, IOperation start, int begin, IOperation read) =>
        IsReachedFrom(start, read) && !body.Root.OwnDescendants().Any(step => begin < step.Position() && step.Position() < read.Position() && !step.Contains(read) && MayWait(step));

    /// <summary>Whether the read comes later in the very block in which the work is started, and not in a loop, which may poll.</summary>
    private static bool IsReachedFrom(IOperation start, IOperation read)
    {
        var statement = start;
        while (statement.Parent is { } parent and not IBlockOperation)
        {
            if (parent is IConditionalOperation or ICoalesceOperation or IConditionalAccessOperation or ISwitchExpressionArmOperation or IAnonymousFunctionOperation) return false;
            statement = parent;
        }

        for (var at = read; at is not null; at = at.Parent)
        {
            if (at.Parent == statement.Parent) return true;
            if (at is ILoopOperation or ITryOperation or IAnonymousFunctionOperation or ILocalFunctionOperation or INameOfOperation) return false;
        }

        return false;
    }

    private static bool MayWait(IOperation step) => step switch
    {
        IAwaitOperation or ILockOperation or IUsingOperation or ILoopOperation or IReturnOperation or IDynamicInvocationOperation => true,
        // `if (task.IsCompleted)`
        IPropertyReferenceOperation { Property.ContainingType.Name: "Task" or "ValueTask" or "Thread" } => true,
        IPropertyReferenceOperation { Property: var property } => !property.IsLocation() && !property.DeclaringSyntaxReferences.IsEmpty,
        IInvocationOperation call => !ReturnsAtOnce(call.TargetMethod),
        _ => false,
    };

    /// <summary>What is known to wait for nobody.</summary>
    private static bool ReturnsAtOnce(IMethodSymbol method) => method.DeclaringSyntaxReferences.IsEmpty && method.ContainingType switch
    {
        { Name: "Console" } => method.Name is "Write" or "WriteLine",
        { Name: "Task" or "TaskFactory" } => method.Name is "Run" or "StartNew" or "Start",
        { Name: "Thread" } => method.Name is "Start",
        { Name: "ThreadPool" } => method.Name is "QueueUserWorkItem" or "UnsafeQueueUserWorkItem",
        { Name: "String" or "Math" or "Debug" or "Trace" or "Stopwatch" or "Object" or "Enumerable" } => true,
        { ContainingNamespace: { Name: "Generic", ContainingNamespace.Name: "Collections" } } => true,
        _ => false,
    };
}
