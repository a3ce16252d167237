using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Follows a handle from use to use: into variables and collections, through WhenAll, to where it is waited for.</summary>
internal sealed class JoinFinder(Body body, IOperation origin)
{
    private const int MaxDepth = 5;

    public int? Begin { get; private set; }
    public int? End { get; private set; }
    public HandleFate Fate { get; private set; }

    /// <summary>The fields and properties that the handle is put into.</summary>
    public List<ISymbol> Keepers { get; } = [];

    public void Follow(IOperation value, int depth)
    {
        if (depth > MaxDepth) return;
        var outer = value.Outermost();
        switch (value.Consumer())
        {
            case IAwaitOperation awaited: Join(awaited); break;
            case IReturnOperation: Fall(HandleFate.Returned); break;
            case IExpressionStatementOperation: Fall(HandleFate.Dropped); break;
            case ISimpleAssignmentOperation { Target: IDiscardOperation }: Fall(HandleFate.Dropped); break;
            case IInvocationOperation call when call.Instance == outer: FollowCall(call, depth); break;
            case IArgumentOperation { Parent: IInvocationOperation call }: FollowArgument(call, depth); break;
            case IPropertyReferenceOperation { Property: { IsIndexer: true } } element when element.Instance == outer: Follow(element, depth + 1); break;
            case IPropertyReferenceOperation { Property.Name: "Result" } result: Join(result); break;
            // `if (!pending.IsCompleted) return RestAsync(pending);`: whoever asks that goes on with what has ended.
            case IPropertyReferenceOperation { Property.Name: "IsCompleted" or "IsCompletedSuccessfully" } asked when !IsPolled(asked): Join(asked); break;
            case IPropertyReferenceOperation { Property: { Name: "Completion", ContainingType.Name: "WorkerProcess" } } completion: Follow(completion, depth + 1); break;
            case IArrayElementReferenceOperation element when element.ArrayReference == outer: Follow(element, depth + 1); break;
            case IConditionalAccessOperation access when access.Operation == outer && access.WhenNotNull is IInvocationOperation call: FollowCall(call, depth); break;
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }: FollowVariable(declarator.Symbol, depth); break;
            case ISimpleAssignmentOperation assignment when assignment.Value == outer: FollowVariable(HandleUses.Variable(assignment.Target), depth); break;
            case IArrayInitializerOperation or ICollectionExpressionOperation or IArrayCreationOperation or IConditionalOperation or ICoalesceOperation or ISimpleAssignmentOperation:
                Follow(value.Consumer()!, depth + 1);
                break;
            case IForEachLoopOperation loop when loop.Collection == outer:
                foreach (var local in loop.Locals) FollowVariable(local, depth);
                break;
        }
    }

    private void FollowCall(IInvocationOperation call, int depth)
    {
        switch (call.TargetMethod.Name)
        {
            case "Join" or "Wait" or "GetResult" or "RunSynchronously": Join(call); break;
            case "Start": Start(call); break;
            case "GetAwaiter" or "ConfigureAwait" or "AsTask" or "ContinueWith" or "Unwrap" or "WaitAsync" or "JoinAsync" or "DisposeAsync" or "ToArray" or "ToList": Follow(call, depth + 1); break;
            case "ForEach": FollowEach(call); break;
        }
    }

    private void FollowArgument(IInvocationOperation call, int depth)
    {
        switch (call.TargetMethod.Name)
        {
            case "WaitAll" or "WaitAny": Fall(HandleFate.Gathered); Join(call); break;
            case "WhenAll" or "WhenAny" or "WhenEach": Fall(HandleFate.Gathered); Follow(call, depth + 1); break;
            case "Add" or "Enqueue" or "Push" or "TryAdd" or "AddLast": FollowVariable(HandleUses.Variable(call.Instance), depth); break;
            case "ForEach": FollowEach(call); break;
            // `RunSync(SendAsync())`
            default:
                if (SmallMethod.WaitsForTask(call.TargetMethod)) Join(call);
                else Follow(call, depth + 1);
                break;
        }
    }

    /// <summary><c>threads.ForEach(t => t.Join())</c></summary>
    private void FollowEach(IInvocationOperation call)
    {
        foreach (var inner in call.Descendants())
        {
            var name = inner switch { IInvocationOperation each => each.TargetMethod.Name, IMethodReferenceOperation group => group.Method.Name, _ => null };
            if (name is "Start") Start(call);
            if (name is "Join" or "Wait") Join(call);
        }
    }

    private void FollowVariable(ISymbol? variable, int depth)
    {
        if (variable is null || depth > MaxDepth) return;
        // Whoever passed the variable has the handle now.
        if (variable is IParameterSymbol { RefKind: RefKind.Out or RefKind.Ref }) Fall(HandleFate.GivenOut);
        Fall(variable is ILocalSymbol or IParameterSymbol ? HandleFate.Kept : HandleFate.Kept | HandleFate.Stored);
        if (variable is IFieldSymbol or IPropertySymbol) Keepers.Add(variable);
        foreach (var operation in body.HandleUses.Of(variable))
        {
            // Of the uses before it, those that the next round of a loop comes to.
            if (operation.Position() <= origin.Position() && !ComesNext(operation)) continue;
            if (operation.Consumer() is ISimpleAssignmentOperation assignment && assignment.Target == operation) continue;
            Follow(operation, depth + 1);
        }
    }

    private void Start(IOperation call)
    {
        if (Begin is null || call.Position() < Begin) Begin = call.Position();
        Fall(HandleFate.Started);
    }

    private void Join(IOperation by)
    {
        // `while (await pending) pending = NextAsync();`: waited for before the next round, and before the loop ends.
        var end = by.Syntax.Span.End > origin.Position() ? by.Syntax.Span.End : by.Loops().Intersect(origin.Loops()).Select(static loop => loop.Syntax.Span.End).DefaultIfEmpty(int.MaxValue).Min();
        if (End is null || end < End) End = end;
        Fall(HandleFate.Joined);
    }

    // Of a collection, nobody knows which of its tasks are waited for then.
    private bool ComesNext(IOperation use) => use != origin && use.Type?.Name is "Task" or "ValueTask" or "Thread" or "WorkerProcess" && use.Loops().Any(origin.Loops().Contains);

    private static bool IsPolled(IOperation asked) => asked.Parent is IWhileLoopOperation or IUnaryOperation { Parent: IWhileLoopOperation };

    private void Fall(HandleFate fate) => Fate |= fate;
}

/// <summary>What becomes of a thread or task.</summary>
[System.Flags]
internal enum HandleFate
{
    Unknown = 0,

    /// <summary>Waited for.</summary>
    Joined = 1,

    /// <summary>Left to itself.</summary>
    Dropped = 2,

    /// <summary>Put into a variable or a collection, for later.</summary>
    Kept = 4,

    /// <summary>Waited for together with others.</summary>
    Gathered = 8,

    /// <summary>Left to the caller.</summary>
    Returned = 16,

    /// <summary>Put into a field or property, for other members.</summary>
    Stored = 32,

    /// <summary>Told to start.</summary>
    Started = 64,

    /// <summary>Left to the caller in a variable of his.</summary>
    GivenOut = 128,
}
