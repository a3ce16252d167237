using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Editing;

/// <summary>What must not be done with a lock held: waiting for somebody who may need that lock, taking a second one in an order of its own, running code of unknown others, long work.</summary>
/// <param name="model">The model of the code.</param>
/// <param name="expression">The lock.</param>
/// <param name="isTakenInside">Whether the code is to take the lock earlier than it does: what it does under the lock already is no matter.</param>
internal sealed class LockHazards(SemanticModel model, string expression, bool isTakenInside = false)
{
    /// <summary>How deep the methods that the code calls are looked into.</summary>
    private const int MaxCalls = 2;

    private static readonly string[] s_waits = ["Join", "Wait", "WaitAll", "WaitAny", "WaitOne", "SignalAndWait", "GetResult", "Take", "WaitForExit", "Update"];
    private static readonly string[] s_waiting = ["System.Threading", "System.Collections.Concurrent", "System.Runtime.CompilerServices", "System.Diagnostics", "Tandem"];

    private readonly LockTable _locks = LockTable.For(model.Compilation);
    private readonly SpawnTable _spawns = SpawnTable.For(model.Compilation);

    /// <summary>Whether the lock cannot be held over <paramref name="code"/> without the risk of a deadlock, or of making everybody wait for long.</summary>
    public bool In(SyntaxNode code) => model.GetOperation(code) is { } operation && In(operation, LockName.At(model, code.SpanStart, expression), 0);

    private bool In(IOperation operation, LockName theLock, int calls) => operation switch
    {
        // What a lambda does, it does later; unless it is passed to something that may call it at once.
        IAnonymousFunctionOperation lambda when !IsPassedOn(lambda) => false,
        ILocalFunctionOperation or INameOfOperation => false,
        ILockOperation locked when !theLock.Is(locked.LockedValue) => true,
        ILockOperation locked when isTakenInside => In(locked.LockedValue, theLock, calls),
        // Spinning until another thread changes something.
        IWhileLoopOperation { Body: IEmptyOperation or IBlockOperation { Operations.IsEmpty: true } } => true,
        // Monitor.Wait gives the lock back for as long as it takes; of which lock, is asked below.
        ILoopOperation loop when loop.Descendants().Any(inner => IsLongWork(inner) && _locks.Find(inner) is not { Action: LockAction.Use }) => true,
        IPropertyReferenceOperation property when Waits(property.Property, property.Instance) => true,
        IInvocationOperation call when Waits(call, theLock, calls) => true,
        _ => ImplicitCalls.Of(operation, model).Any(target => IsHazardInside(operation, target, theLock, calls))
            || operation.ChildOperations.Any(child => In(child, theLock, calls)),
    };

    private bool Waits(IInvocationOperation call, LockName theLock, int calls)
    {
        // Nobody knows what the subscribers of an event do.
        if (call.TargetMethod.MethodKind is MethodKind.DelegateInvoke) return true;
        if (_locks.Find(call) is { } step)
        {
            var isTheLock = theLock.Is(call.Instance ?? call.Arguments.First().Value);
            return step switch
            {
                // Not even its holder can take it again.
                { Kind: LockKind.ProcessLock or LockKind.ThreadLock, Action: LockAction.Acquire or LockAction.TryAcquire } => true,
                { Action: LockAction.Query } => false,
                // What was taken before the range and is given back in it would cross the new lock; a callee gives back what it took.
                { Action: LockAction.Release } => calls == 0 && step.Kind is not LockKind.Semaphore,
                { Action: LockAction.Use } or { ReturnsScope: true } => !isTheLock,
                _ => !isTheLock || calls == 0,
            };
        }

        // `Parallel.For(…)` waits for the work that it starts.
        if (_spawns.SpawnsAt(call) is { IsEmpty: false } spawns) return spawns.Any(static spawn => spawn.Joins);
        if (Waits(call.TargetMethod, call.Instance)) return true;
        return s_waits.Contains(call.TargetMethod.Name) && call.TargetMethod.ContainingNamespace.ToDisplayString() is var space
            && s_waiting.Any(waiting => space.StartsWith(waiting, System.StringComparison.Ordinal));
    }

    /// <summary>Whether a library's member waits for others, or runs their code. A thread that pauses once waits for nobody.</summary>
    private static bool Waits(ISymbol member, IOperation? receiver) => member.DeclaringSyntaxReferences.IsEmpty
        && member is not IMethodSymbol { Name: "Sleep" or "SpinWait" or "Yield", ContainingType.Name: "Thread" }
        && (WorkTable.EffectOf(member, receiver?.Type) is CallEffect.Waits or CallEffect.Communicates || CallbackTable.RunsOthers(member) || member is { Name: "Result", ContainingType.Name: "ValueTask" });

    /// <summary>What takes its time once takes it in each round of a loop. <c>Monitor.Wait</c> gives the lock back while it waits.</summary>
    private bool IsLongWork(IOperation operation) => operation is IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true } method } call
        && _locks.Find(call) is null && WorkTable.EffectOf(method, call.Instance?.Type) is CallEffect.Waits or CallEffect.Communicates or CallEffect.Reads or CallEffect.Computes or CallEffect.Opaque;

    /// <summary>Whether the lambda is an argument, and not work that is started to run elsewhere.</summary>
    private bool IsPassedOn(IAnonymousFunctionOperation lambda) => lambda.Consumer() is IArgumentOperation { Parent: IInvocationOperation call } && _spawns.SpawnsAt(call).IsEmpty;

    private bool IsHazardInside(IOperation site, IMethodSymbol target, LockName theLock, int calls)
    {
        if (calls == MaxCalls || target.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not { } declaration) return false;
        return model.Compilation.ContainsSyntaxTree(declaration.SyntaxTree)
            && model.Compilation.GetSemanticModel(declaration.SyntaxTree).GetOperation(declaration) is { } body
            && body.ChildOperations.Any(child => In(child, theLock.Inside(site), calls + 1));
    }
}
