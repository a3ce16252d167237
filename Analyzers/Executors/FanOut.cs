using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>A place where one piece of work after the other is started without waiting, and nothing bounds how many run at once.</summary>
/// <param name="Repeater">The loop, or the call that runs a lambda for each element.</param>
/// <param name="Rounds">How many are started: "each element", or a number.</param>
internal readonly record struct FanOut(IOperation Repeater, string Rounds)
{
    // So many threads somebody may well have chosen for the machine at hand.
    private const int FewThreads = 8;

    // Two threads for two data: no fan-out, but two things done at once.
    private const int FewElements = 2;

    /// <summary>The fan-out that starting work at <paramref name="site"/> is part of, or null where it is started once, in turn, or under a bound.</summary>
    public static FanOut? Of(IOperation site)
    {
        var isAwaited = false;
        for (var (child, parent) = (site, site.Parent); parent is not null; (child, parent) = (parent, parent.Parent))
        {
            switch (parent)
            {
                case IAwaitOperation: isAwaited = true; break;
                // The work ends before the next begins.
                case ILoopOperation when isAwaited: return null;
                // What starts the work leaves the loop.
                case IReturnOperation { Kind: OperationKind.Return } when !IsImplicitReturn(parent): return null;
                case IBlockOperation { Parent: not IAnonymousFunctionOperation } block when LeavesAfter(block, child): return null;
                case ILoopOperation loop when child == loop.Body || loop is IForLoopOperation:
                    return IsUnbounded(WorkRounds.Of(loop)) && !IsHeldBack(loop.Body, site) ? new(loop, Words(WorkRounds.Of(loop))) : null;
                case IAnonymousFunctionOperation lambda:
                    // An asynchronous lambda waits for its own work, and nobody waits before the next one is called.
                    return (!isAwaited || lambda.Symbol.IsAsync) && EachCall(lambda) is var (call, sequence) && IsUnbounded(WorkRounds.OfSequence(sequence)) && !IsHeldBack(lambda.Body, site, isAwaited)
                        ? new(call, Words(WorkRounds.OfSequence(sequence))) : null;
                case ILocalFunctionOperation: return null;
            }
        }

        return null;
    }

    private static bool IsUnbounded(WorkRounds rounds) =>
        rounds.IsPerElement ? rounds.Count is null or > FewElements : rounds.Count > FewThreads;

    private static string Words(WorkRounds rounds) => rounds.Count is { } count ? $"each of {count}" : "each element";

    // `items.Select(item => Task.Run(…))`, `items.ForEach(item => new Thread(…).Start())`, and the same as a query
    private static (IOperation Call, IOperation Sequence)? EachCall(IAnonymousFunctionOperation lambda)
    {
        IOperation? parent = lambda.Parent;
        while (parent is IDelegateCreationOperation or IConversionOperation) parent = parent.Parent;
        if (parent is not IArgumentOperation { Parent: IInvocationOperation { TargetMethod: var method } call } argument) return null;

        return method switch
        {
            { ContainingType.Name: "Enumerable", Name: "Select" or "SelectMany" } => (call, call.Arguments[0].Value),
            { ContainingType.Name: "List" or "ImmutableList", Name: "ForEach" } => (call, call.Instance!),
            { ContainingType.Name: "Array", Name: "ForEach" } when argument != call.Arguments[0] => (call, call.Arguments[0].Value),
            _ => null,
        };
    }

    private static bool IsHeldBack(IOperation round, IOperation site, bool mayAwait = false) => round.Descendants().Any(operation => operation switch
    {
        // A gate that the work passes, or waits at: a semaphore, a bounded queue.
        IInvocationOperation { TargetMethod: { Name: "Wait" or "WaitAsync" or "WaitOne" or "Release" } method } =>
            method.ContainingType.Name is "SemaphoreSlim" or "Semaphore" or "WaitHandle" || !IsWithin(operation, site),
        IInvocationOperation { TargetMethod.Name: "Acquire" or "AcquireAsync" or "TryAcquire" } => true,
        // Waits in the loop for what the loop has started, all of it or the first to end.
        IInvocationOperation { TargetMethod: { Name: "Join" or "WhenAll" or "WhenAny" or "WaitAll" or "WaitAny" or "GetResult" or "RunSynchronously", ContainingType.Name: not "String" } } => !IsWithin(operation, site),
        IPropertyReferenceOperation { Property: { Name: "Result", ContainingType.Name: "Task" } } => !IsWithin(operation, site),
        IAwaitOperation { Operation: var awaited } => !mayAwait && !IsWithin(operation, site) && WorkValue.Of(awaited) is var value && (value == site || value.Descendants().Contains(site)),
        _ => false,
    });

    private static bool IsWithin(IOperation operation, IOperation ancestor) => ancestor.Syntax.Span.Contains(operation.Syntax.Span);

    private static bool LeavesAfter(IBlockOperation block, IOperation statement) =>
        block.Operations.SkipWhile(o => o != statement).Skip(1).Any(static o => !o.IsImplicit && o is IReturnOperation or IThrowOperation or IBranchOperation { BranchKind: BranchKind.Break });

    // The value of an expression-bodied lambda.
    private static bool IsImplicitReturn(IOperation operation) => operation.IsImplicit || operation.Parent is IBlockOperation { Parent: IAnonymousFunctionOperation };
}
