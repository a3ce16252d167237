using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Editing;

/// <summary>What must not be done with a lock held: waiting for somebody who may need that lock, taking a second one in an order of its own, running code of unknown others.</summary>
internal sealed class LockHazards(SemanticModel model, string expression)
{
    /// <summary>How deep the methods that the code calls are looked into.</summary>
    private const int MaxCalls = 2;

    private static readonly string[] s_waits = ["Join", "Wait", "WaitAll", "WaitAny", "WaitOne", "SignalAndWait", "GetResult", "Take", "WaitForExit"];
    private static readonly string[] s_waiting = ["System.Threading", "System.Collections.Concurrent", "System.Runtime.CompilerServices", "System.Diagnostics", "Tandem"];

    private readonly LockTable _locks = LockTable.For(model.Compilation);
    private readonly SpawnTable _spawns = SpawnTable.For(model.Compilation);

    /// <summary>Whether the lock cannot be held over <paramref name="code"/> without the risk of a deadlock.</summary>
    public bool In(SyntaxNode code) => model.GetOperation(code) is { } operation && In(operation, 0);

    private bool In(IOperation operation, int calls) => operation switch
    {
        // What a lambda does, it does later.
        IAnonymousFunctionOperation or ILocalFunctionOperation or INameOfOperation => false,
        ILockOperation locked when !IsTheLock(locked.LockedValue, calls) => true,
        IPropertyReferenceOperation { Property: { Name: "Result", ContainingType.Name: "Task" or "ValueTask" } } => true,
        IInvocationOperation call when Waits(call, calls) || IsHazardInside(call, calls) => true,
        _ => operation.ChildOperations.Any(child => In(child, calls)),
    };

    private bool Waits(IInvocationOperation call, int calls)
    {
        // Nobody knows what the subscribers of an event do.
        if (call.TargetMethod.MethodKind is MethodKind.DelegateInvoke) return true;
        if (_locks.Find(call) is { } step)
        {
            var isTheLock = IsTheLock(call.Instance ?? call.Arguments.First().Value, calls);
            return step switch
            {
                { Action: LockAction.Query } => false,
                // What was taken before the range and is given back in it would cross the new lock; a callee gives back what it took.
                { Action: LockAction.Release } => calls == 0 && step.Kind is not LockKind.Semaphore,
                { Action: LockAction.Use } or { ReturnsScope: true } => !isTheLock,
                _ => !isTheLock || calls == 0,
            };
        }

        // `Parallel.For(…)` waits for the work that it starts.
        if (_spawns.SpawnsAt(call).Any(static spawn => spawn.Joins)) return true;
        return s_waits.Contains(call.TargetMethod.Name) && call.TargetMethod.ContainingNamespace.ToDisplayString() is var space
            && s_waiting.Any(waiting => space.StartsWith(waiting, System.StringComparison.Ordinal));
    }

    private bool IsHazardInside(IInvocationOperation call, int calls)
    {
        if (calls == MaxCalls || call.TargetMethod.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not { } declaration) return false;
        return model.Compilation.GetSemanticModel(declaration.SyntaxTree).GetOperation(declaration) is { } body && body.ChildOperations.Any(child => In(child, calls + 1));
    }

    /// <summary>A lock may be taken again by who holds it. A callee has a name of its own for the object, but the same one for the member.</summary>
    private bool IsTheLock(IOperation locked, int calls) =>
        calls == 0 ? locked.Syntax.ToString() == expression : NameOf(locked.Syntax.ToString()) == NameOf(expression);

    private static string NameOf(string path) => path.Substring(path.LastIndexOf('.') + 1);
}
