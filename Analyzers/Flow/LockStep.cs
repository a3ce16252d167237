using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// What one operation of a graph does to a <see cref="LockState"/>: evaluates it in the order in which the program does, and tells the walk
/// where it may throw. A try-acquire has two outcomes, and its operation is evaluated once for each.
/// </summary>
internal sealed class LockStep
{
    private readonly LockPoint _at;
    private readonly ConditionValues _conditions;
    private readonly Stores _stores;
    private readonly LockEffects _effects;
    private readonly HandOvers _handOvers;
    private readonly bool _correlated;

    public LockStep(GraphFacts graph, bool correlated, LockWalk walk)
    {
        _correlated = correlated;
        _at = new LockPoint(graph, walk);
        _conditions = new ConditionValues(_at);
        _stores = new Stores(_at);
        _effects = new LockEffects(_at, _stores, _conditions);
        _handOvers = new HandOvers(_at, _effects, graph.Context);
    }

    /// <summary>The states after <paramref name="operation"/>, for each of the states before it.</summary>
    public IReadOnlyCollection<LockState> After(IOperation operation, IReadOnlyCollection<LockState> states)
    {
        var results = Results(operation, states);
        return results.Count == 1 ? [results[0].State] : [.. results.Select(static result => result.State).Distinct()];
    }

    /// <summary>As <see cref="After"/>, with the operation's value. States on which the process ends are left out.</summary>
    public IReadOnlyList<(LockState State, FlowValue Value)> Results(IOperation operation, IReadOnlyCollection<LockState> states)
    {
        var results = new List<(LockState, FlowValue)>(states.Count);
        foreach (var state in states)
        {
            _at.Begin();
            do
            {
                _at.BeginOutcome(state);
                var value = Evaluate(operation);
                if (_at.IsReached) results.Add((_at.State, value));
            }
            while (_at.NextOutcome());
        }

        return results;
    }

    /// <summary>The state on the branch where <paramref name="condition"/> was <paramref name="outcome"/>.</summary>
    public LockState Assume(LockState state, IOperation condition, bool outcome)
    {
        if (!_correlated || Condition.Of(condition, _at.Alias) is not var (fact, negated, isNullTest) || !_at.Facts.Correlates(fact)) return state;
        if (state[fact].Acquire is not null) return state;
        var holds = outcome ^ negated;
        return state.With(fact, !isNullTest ? FlowValue.Of(holds) : holds ? FlowValue.Null : FlowValue.NotNull);
    }

    /// <summary>The state as <paramref name="block"/> needs it.</summary>
    public LockState Entering(LockState state, BasicBlock block) => _at.Facts.Live(state, block);

    /// <summary>Forgets what is local to a region that is left.</summary>
    public static LockState Leaving(LockState state, ControlFlowRegion region)
    {
        foreach (var local in region.Locals) state = state.Forget(AccessPath.Of(local));
        foreach (var capture in region.CaptureIds) state = state.Forget(AccessPath.Of(capture));
        return state;
    }

    /// <summary>The lock that <paramref name="acquire"/> took is another owner's from <paramref name="state"/> on.</summary>
    public LockState HandOver(LockState state, LockOperation acquire) => _at.HandOver(state, acquire);

    private FlowValue Evaluate(IOperation operation)
    {
        // Past the end of the process nothing happens.
        if (!_at.IsReached) return FlowValue.Unknown;
        _at.Walk.Observer?.Invoke(operation, _at.State);

        switch (operation)
        {
            case { ConstantValue: { HasValue: true, Value: var constant } }:
                return constant switch { bool known => FlowValue.Of(known), null => FlowValue.Null, _ => FlowValue.OfConstant(constant) };
            case ISimpleAssignmentOperation assignment:
                EvaluateChildren(assignment.Target);
                var assigned = Evaluate(assignment.Value);
                _at.ThrowIfItMay(assignment);
                return _stores.Assign(assignment.Target, assigned, assignment.Value);
            case IFlowCaptureOperation capture:
                return _stores.Capture(capture.Id, Evaluate(capture.Value));
            case ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                EvaluateChildren(operation);
                _at.ThrowIfItMay(operation);
                _stores.Assign(operation is ICompoundAssignmentOperation compound ? compound.Target : ((IIncrementOrDecrementOperation)operation).Target, FlowValue.Unknown, null);
                return FlowValue.Unknown;
            case IConversionOperation conversion:
                var converted = Evaluate(conversion.Operand);
                _at.ThrowIfItMay(conversion);
                return conversion.OperatorMethod is null ? converted : FlowValue.Unknown;
            case IParenthesizedOperation parenthesized:
                return Evaluate(parenthesized.Operand);
            case IExpressionStatementOperation statement:
                return Evaluate(statement.Operation);
            case IArgumentOperation argument:
                return Evaluate(argument.Value);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not:
                return !Evaluate(not.Operand);
            case IIsNullOperation isNull:
                return _conditions.NullTest(Evaluate(isNull.Operand), isNull);
            case IIsPatternOperation isPattern:
                var matched = Evaluate(isPattern.Value);
                EvaluateChildren(isPattern.Pattern);
                return _conditions.Pattern(isPattern, matched);
            case IBinaryOperation binary:
                var left = Evaluate(binary.LeftOperand);
                var right = Evaluate(binary.RightOperand);
                _at.ThrowIfItMay(binary);
                return _conditions.Binary(binary, left, right);
            case IAwaitOperation awaited:
                return Await(awaited);
            case IInvocationOperation call:
                return Invoke(call);
            case IObjectCreationOperation creation:
                return Create(creation);
            case IReturnOperation { ReturnedValue: { } yielded }:
                if (Evaluate(yielded).Acquire is { } given) _at.HandOver(given);
                _at.ThrowIfItMay(operation);
                return FlowValue.Unknown;
            case IFlowAnonymousFunctionOperation or IMethodReferenceOperation:
                return Delegate(operation);
            case IInvalidOperation { Syntax: InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax }:
                // A call that does not bind: what it is given may be anybody's.
                EvaluateChildren(operation);
                if (_at.IsReached) foreach (var argument in operation.ChildOperations) _handOvers.ToKeeper(argument, createdType: null);
                return FlowValue.Unknown;
        }

        EvaluateChildren(operation);
        if (!_at.IsReached) return FlowValue.Unknown;
        _at.ThrowIfItMay(operation);
        if (operation is IPropertyReferenceOperation && _at.Find(operation) is { Action: LockAction.Query } query) return _conditions.Query(query);
        return _at.PathOf(operation) is { } path ? _at.State[path] : FlowValue.Unknown;
    }

    private void EvaluateChildren(IOperation operation)
    {
        foreach (var child in operation.ChildOperations) Evaluate(child);
    }

    private FlowValue Await(IAwaitOperation awaited)
    {
        var task = Evaluate(awaited.Operation);
        if (!_at.IsReached) return FlowValue.Unknown;
        if (!task.IsPending)
        {
            _at.ThrowIfItMay(awaited);
            return FlowValue.Unknown;
        }

        return _effects.Complete(task.Acquire!, awaited);
    }

    private FlowValue Create(IObjectCreationOperation creation)
    {
        EvaluateArguments(creation.Arguments, creation.Type, keeps: true);
        if (creation.Initializer is { } initializer) Evaluate(initializer);
        if (!_at.IsReached) return FlowValue.Unknown;
        _at.ThrowIfItMay(creation);
        return _at.Find(creation) is { IsAcquire: true } owned ? _effects.Take(owned) : FlowValue.NotNull;
    }

    private FlowValue Invoke(IInvocationOperation call)
    {
        // What names the lock was evaluated when it was acquired: `Monitor.Exit(_stripes[i])` finds it again.
        var lockOperation = _at.Find(call);
        if (lockOperation is { Action: LockAction.Release or LockAction.Query }) return _effects.Apply(lockOperation);

        var receiver = call.Instance is null ? FlowValue.Unknown : Evaluate(call.Instance);
        if (lockOperation is not null)
        {
            foreach (var argument in call.Arguments) Evaluate(argument);
            return !_at.IsReached ? FlowValue.Unknown : _effects.Apply(lockOperation);
        }

        EvaluateArguments(call.Arguments, createdType: null, keeps: !Throws.IsSafe(call.TargetMethod.ContainingType));
        if (!_at.IsReached) return FlowValue.Unknown;

        if (receiver.Acquire is { } acquire)
        {
            switch (call.TargetMethod.Name)
            {
                case "Dispose" or "DisposeAsync" when receiver.IsScope:
                    _effects.Release(acquire, call);
                    return FlowValue.Unknown;
                case "ConfigureAwait" or "GetAwaiter" or "AsTask" or "Preserve":
                    return receiver;
                case "Wait" or "GetResult" when receiver.IsPending:
                    return _effects.Complete(acquire, call);
                default:
                    _at.HandOver(acquire);
                    break;
            }
        }

        if (Throws.EndsProcess(call))
        {
            _at.End();
            return FlowValue.Unknown;
        }

        _handOvers.ByCall(call);
        _at.ThrowIfItMay(call);
        if (Throws.NeverReturns(call)) _at.End();
        return FlowValue.Unknown;
    }

    /// <summary>Evaluates what is passed; a lock, its scope or its task that is passed on is the receiver's to release.</summary>
    private void EvaluateArguments(ImmutableArray<IArgumentOperation> arguments, ITypeSymbol? createdType, bool keeps)
    {
        foreach (var argument in arguments)
        {
            var value = Evaluate(argument);
            if (!_at.IsReached) return;
            if (value.Acquire is { } acquire) _at.HandOver(acquire);
            if (argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out) _stores.Assign(argument.Value, FlowValue.Unknown, source: null);
            if (_handOvers.FunctionIn(argument.Value) is { } function) Delegate(function);
            if (keeps) _handOvers.ToKeeper(argument, createdType);
        }
    }

    private FlowValue Delegate(IOperation function)
    {
        if (function is IMethodReferenceOperation { Instance: { } instance }) Evaluate(instance);
        return _handOvers.ToDelegate(function);
    }
}
