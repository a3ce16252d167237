using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// What one operation of a graph does to a <see cref="LockState"/>: evaluates it in the order in which the program does, and tells the walk
/// where it may throw. A try-acquire has two outcomes, and its operation is evaluated once for each.
/// </summary>
internal sealed class LockStep(ControlFlowGraph graph, FlowContext context, bool correlated, LockWalk walk)
{
    private readonly Aliases _aliases = new(graph);
    private readonly Dictionary<IOperation, LockOperation?> _lockOperations = [];
    private readonly Dictionary<IOperation, ReleaseSummaries.Summary> _summaries = [];
    private readonly List<bool> _outcomes = [];

    private BranchFacts? _branchFacts;
    private LockState? _state;
    private int _outcome;

    private BranchFacts Facts => _branchFacts ??= new BranchFacts(graph, _aliases);

    private LockState State
    {
        get => _state!;
        set => _state = value;
    }

    /// <summary>The states after <paramref name="operation"/>, for each of the states before it.</summary>
    public IReadOnlyCollection<LockState> After(IOperation operation, IEnumerable<LockState> states) =>
        [.. Results(operation, states).Select(static result => result.State).Distinct()];

    /// <summary>As <see cref="After"/>, with the operation's value. States on which the process ends are left out.</summary>
    public IEnumerable<(LockState State, FlowValue Value)> Results(IOperation operation, IEnumerable<LockState> states)
    {
        var results = new List<(LockState, FlowValue)>();
        foreach (var state in states)
        {
            _outcomes.Clear();
            do
            {
                _outcome = 0;
                _state = state;
                var value = Evaluate(operation);
                if (_state is not null) results.Add((_state, value));
            }
            while (NextOutcomes());
        }

        return results;
    }

    /// <summary>The state on the branch where <paramref name="condition"/> was <paramref name="outcome"/>.</summary>
    public LockState Assume(LockState state, IOperation condition, bool outcome)
    {
        if (!correlated || Condition.Of(condition, _aliases.Resolve) is not var (fact, negated, isNullTest) || !Facts.Correlates(fact)) return state;
        if (state[fact].Acquire is not null) return state;
        var holds = outcome ^ negated;
        return state.With(fact, !isNullTest ? FlowValue.Of(holds) : holds ? FlowValue.Null : FlowValue.NotNull);
    }

    /// <summary>The state as <paramref name="block"/> needs it.</summary>
    public LockState Entering(LockState state, BasicBlock block) => Facts.Live(state, block);

    /// <summary>Forgets what is local to a region that is left.</summary>
    public static LockState Leaving(LockState state, ControlFlowRegion region)
    {
        foreach (var local in region.Locals) state = state.Forget(AccessPath.Of(local));
        foreach (var capture in region.CaptureIds) state = state.Forget(AccessPath.Of(capture));
        return state;
    }

    /// <summary>The lock that <paramref name="acquire"/> took, or will take, is another owner's from here on.</summary>
    public LockState HandOver(LockState state, LockOperation acquire)
    {
        walk.HandedOver.Add(acquire.Operation);
        return state.ReleasedAll(held => held.Acquire == acquire.Operation);
    }

    private bool NextOutcomes()
    {
        while (_outcomes.Count > 0 && !_outcomes[_outcomes.Count - 1]) _outcomes.RemoveAt(_outcomes.Count - 1);
        if (_outcomes.Count == 0) return false;
        _outcomes[_outcomes.Count - 1] = false;
        return true;
    }

    private bool ChooseOutcome()
    {
        if (_outcome == _outcomes.Count) _outcomes.Add(true);
        return _outcomes[_outcome++];
    }

    private FlowValue Evaluate(IOperation operation)
    {
        // Past the end of the process nothing happens.
        if (_state is null) return FlowValue.Unknown;
        walk.Observer?.Invoke(operation, State);

        switch (operation)
        {
            case { ConstantValue: { HasValue: true, Value: var constant } }:
                return constant switch { bool known => FlowValue.Of(known), null => FlowValue.Null, _ => FlowValue.NotNull };
            case ISimpleAssignmentOperation assignment:
                EvaluateChildren(assignment.Target);
                var assigned = Evaluate(assignment.Value);
                ThrowIfItMay(assignment);
                return Assign(assignment.Target, assigned, assignment.Value);
            case IFlowCaptureOperation capture:
                return Capture(capture.Id, Evaluate(capture.Value));
            case ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                EvaluateChildren(operation);
                ThrowIfItMay(operation);
                Assign(operation is ICompoundAssignmentOperation compound ? compound.Target : ((IIncrementOrDecrementOperation)operation).Target, FlowValue.Unknown, null);
                return FlowValue.Unknown;
            case IConversionOperation conversion:
                var converted = Evaluate(conversion.Operand);
                ThrowIfItMay(conversion);
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
                return NullTest(Evaluate(isNull.Operand), isNull);
            case IIsPatternOperation isPattern:
                return Pattern(isPattern);
            case IBinaryOperation binary:
                return Binary(binary);
            case IAwaitOperation awaited:
                return Await(awaited);
            case IInvocationOperation call:
                return Invoke(call);
            case IObjectCreationOperation creation:
                return Create(creation);
            case IReturnOperation { ReturnedValue: { } yielded }:
                if (Evaluate(yielded).Acquire is { } given) State = HandOver(State, given);
                ThrowIfItMay(operation);
                return FlowValue.Unknown;
            case IFlowAnonymousFunctionOperation or IMethodReferenceOperation:
                return Delegate(operation);
        }

        EvaluateChildren(operation);
        if (_state is null) return FlowValue.Unknown;
        ThrowIfItMay(operation);
        if (operation is IPropertyReferenceOperation && Find(operation) is { Action: LockAction.Query } query) return Query(query);
        return AccessPath.Of(operation, _aliases.Resolve) is { } path ? State[path] : FlowValue.Unknown;
    }

    private void EvaluateChildren(IOperation operation)
    {
        foreach (var child in operation.ChildOperations) Evaluate(child);
    }

    private void ThrowIfItMay(IOperation operation)
    {
        if (_state is not null && Throws.MayThrow(operation)) walk.Throw(_state, operation);
    }

    private LockOperation? Find(IOperation operation)
    {
        if (!_lockOperations.TryGetValue(operation, out var found)) _lockOperations[operation] = found = context.Table.Find(operation, _aliases.Resolve);
        return found;
    }

    private FlowValue Capture(CaptureId id, FlowValue value)
    {
        var path = AccessPath.Of(id);
        if (_state is not null && (value.Acquire is not null || value.IsTrue is not null || Facts.Decides(path))) State = State.With(path, value);
        return value;
    }

    private FlowValue Assign(IOperation target, FlowValue value, IOperation? source)
    {
        if (_state is null) return value;
        if (target is IDeclarationExpressionOperation declaration) target = declaration.Expression;

        // A scope that is stored where others can reach it is theirs to dispose.
        if (value.Acquire is { } acquire && target is not ILocalReferenceOperation and not IFlowCaptureReferenceOperation and not IDiscardOperation) State = HandOver(State, acquire);
        if (target is IFlowCaptureReferenceOperation captured) return Capture(captured.Id, value);
        if (AccessPath.Of(target, _aliases.Resolve) is not { } path) return value;

        // The only definition of an alias changes nothing: the path is another's name.
        if (target is ILocalReferenceOperation local && !path.Equals(AccessPath.Of(local.Local))) return value;

        State = State.Forget(path);
        LoseNames(path, source, target);
        if (source is IObjectCreationOperation && Find(source) is { IsAcquire: true } owned) Own(path, owned);
        if (value.Acquire is not null || Facts.Decides(path)) State = State.With(path, value);
        return value;
    }

    /// <summary>A variable that named held locks names something else now.</summary>
    private void LoseNames(AccessPath path, IOperation? source, IOperation target)
    {
        foreach (var held in State.Held)
        {
            if (!held.Lock.DependsOn(path) || held.Lock.Equals(path) && source is IObjectCreationOperation) continue;
            if (path.Symbol is ILocalSymbol && !held.Lock.IndexDependsOn(path)) walk.Leak(held, LeakKind.Reassignment, target);
            State = State.ReleasedAll(held.Equals);
        }

        // `node = next` moves the holds of `next` to another name: hand over hand, followed no further.
        if (source is not null && AccessPath.Of(source, _aliases.Resolve) is { Symbol: ILocalSymbol or IParameterSymbol } from)
            State = State.ReleasedAll(held => held.Lock.DependsOn(from) && HandedOver(held));
    }

    private bool HandedOver(HeldLock held)
    {
        walk.HandedOver.Add(held.Acquire);
        return true;
    }

    /// <summary>A mutex that is made owned gets its name from the variable it is stored in.</summary>
    private void Own(AccessPath path, LockOperation owned)
    {
        var unnamed = State.Held.FirstOrDefault(held => held.Acquire == owned.Operation);
        if (unnamed is not null) State = State.Released(unnamed).Acquired(unnamed with { Lock = path });
    }

    private FlowValue NullTest(FlowValue value, IOperation test) =>
        value.IsNull ? FlowValue.Of(true) : value.IsNotNull ? FlowValue.Of(false) : Known(test);

    private FlowValue Pattern(IIsPatternOperation isPattern)
    {
        var value = Evaluate(isPattern.Value);
        EvaluateChildren(isPattern.Pattern);
        var negated = isPattern.Pattern is INegatedPatternOperation;
        var pattern = isPattern.Pattern is INegatedPatternOperation not ? not.Pattern : isPattern.Pattern;
        if (pattern is not IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: var constant } }) return FlowValue.Unknown;

        bool? matches = constant switch
        {
            null when value.IsNull || value.IsNotNull => value.IsNull,
            bool wanted => value.IsTrue is { } known ? known == wanted : null,
            _ => null,
        };
        return matches is { } match ? FlowValue.Of(match ^ negated) : Known(isPattern);
    }

    private FlowValue Binary(IBinaryOperation binary)
    {
        var left = Evaluate(binary.LeftOperand);
        var right = Evaluate(binary.RightOperand);
        ThrowIfItMay(binary);
        if (binary.OperatorKind is not (BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)) return Logical(binary.OperatorKind, left, right, binary);
        var negated = binary.OperatorKind == BinaryOperatorKind.NotEquals;
        if (IsCountOfHeldSemaphore(binary.LeftOperand) && binary.RightOperand.ConstantValue is { HasValue: true, Value: int count }) return FlowValue.Of((count == 0) ^ negated);
        bool? equal =
            left.IsTrue is { } l && right.IsTrue is { } r ? l == r
            : left.IsNull && right.IsNull ? true
            : (left.IsNull && right.IsNotNull) || (left.IsNotNull && right.IsNull) ? false
            : null;
        return equal is { } known ? FlowValue.Of(known ^ negated) : Known(binary);
    }

    /// <summary><c>CurrentCount</c> of a semaphore whose permit is held: 0, as far as its one holder guards the release by it.</summary>
    private bool IsCountOfHeldSemaphore(IOperation operation) =>
        operation is IPropertyReferenceOperation { Property: { Name: "CurrentCount", ContainingType.Name: "SemaphoreSlim" } } count
        && AccessPath.Of(count.Instance, _aliases.Resolve) is { } path
        && State.Held.Any(held => held.Lock.Equals(path));

    private FlowValue Logical(BinaryOperatorKind kind, FlowValue left, FlowValue right, IOperation binary) => kind switch
    {
        BinaryOperatorKind.And when left.IsTrue == false || right.IsTrue == false => FlowValue.Of(false),
        BinaryOperatorKind.And when left.IsTrue == true && right.IsTrue == true => FlowValue.Of(true),
        BinaryOperatorKind.Or when left.IsTrue == true || right.IsTrue == true => FlowValue.Of(true),
        BinaryOperatorKind.Or when left.IsTrue == false && right.IsTrue == false => FlowValue.Of(false),
        _ => Known(binary),
    };

    /// <summary>What an earlier branch told of the same condition.</summary>
    private FlowValue Known(IOperation condition)
    {
        if (_state is null || Condition.Of(condition, _aliases.Resolve) is not var (fact, negated, isNullTest)) return FlowValue.Unknown;
        var value = State[fact];
        if (isNullTest) value = value.IsNull ? FlowValue.Of(true) : value.IsNotNull ? FlowValue.Of(false) : FlowValue.Unknown;
        return negated ? !value : value;
    }

    private FlowValue Await(IAwaitOperation awaited)
    {
        var task = Evaluate(awaited.Operation);
        if (_state is null) return FlowValue.Unknown;
        if (!task.IsPending)
        {
            ThrowIfItMay(awaited);
            return FlowValue.Unknown;
        }

        return Complete(task.Acquire!, awaited);
    }

    /// <summary>A task of an acquire has been waited for: now the lock is held.</summary>
    private FlowValue Complete(LockOperation acquire, IOperation wait)
    {
        if (acquire.MayThrow) walk.Throw(State, wait);
        return Take(acquire);
    }

    private FlowValue Take(LockOperation acquire)
    {
        var taken = acquire.Action == LockAction.Acquire || ChooseOutcome();
        if (taken) State = State.Acquired(new HeldLock(acquire));
        if (acquire.Taken is { } flag) Store(flag, FlowValue.Of(taken));
        if (acquire.Scope is { } scope) Store(scope, taken ? FlowValue.Scope(acquire) : FlowValue.Unknown);
        if (Facts.Decides(acquire.Lock)) State = State.With(acquire.Lock, FlowValue.NotNull);
        return acquire.ReturnsScope ? FlowValue.Scope(acquire) : acquire.Operation is IObjectCreationOperation ? FlowValue.NotNull : FlowValue.Of(taken);
    }

    private void Store(IOperation variable, FlowValue value) => Assign(variable, value, null);

    private FlowValue Query(LockOperation query) =>
        State.Held.Any(held => held.Lock.Equals(query.Lock) && held.Mode == query.Mode) ? FlowValue.Of(true) : Known(query.Operation);

    private FlowValue Create(IObjectCreationOperation creation)
    {
        EvaluateArguments(creation.Arguments, creation.Type, keeps: true);
        if (creation.Initializer is { } initializer) Evaluate(initializer);
        if (_state is null) return FlowValue.Unknown;
        ThrowIfItMay(creation);
        return Find(creation) is { IsAcquire: true } owned ? Take(owned) : FlowValue.NotNull;
    }

    private FlowValue Invoke(IInvocationOperation call)
    {
        // What names the lock was evaluated when it was acquired: `Monitor.Exit(_stripes[i])` finds it again.
        var lockOperation = Find(call);
        if (lockOperation is { Action: LockAction.Release or LockAction.Query }) return Apply(lockOperation);

        var receiver = call.Instance is null ? FlowValue.Unknown : Evaluate(call.Instance);
        if (lockOperation is not null)
        {
            foreach (var argument in call.Arguments) Evaluate(argument);
            return _state is null ? FlowValue.Unknown : Apply(lockOperation);
        }

        EvaluateArguments(call.Arguments, createdType: null, keeps: !Throws.IsSafe(call.TargetMethod.ContainingType));
        if (_state is null) return FlowValue.Unknown;

        if (receiver.Acquire is { } acquire)
        {
            switch (call.TargetMethod.Name)
            {
                case "Dispose" or "DisposeAsync" when receiver.IsScope:
                    Release(acquire, call);
                    return FlowValue.Unknown;
                case "ConfigureAwait" or "GetAwaiter" or "AsTask" or "Preserve":
                    return receiver;
                case "Wait" or "GetResult" when receiver.IsPending:
                    return Complete(acquire, call);
                default:
                    State = HandOver(State, acquire);
                    break;
            }
        }

        if (Throws.EndsProcess(call))
        {
            _state = null;
            return FlowValue.Unknown;
        }

        ApplySummary(call);
        ThrowIfItMay(call);
        if (Throws.NeverReturns(call)) _state = null;
        return FlowValue.Unknown;
    }

    private FlowValue Apply(LockOperation operation)
    {
        switch (operation.Action)
        {
            case LockAction.Release:
                if (operation.Many) State = State.ReleasedAll(held => operation.Releases(held.Lock, held.Mode) && Gave(held, operation.Operation));
                else if (State.HeldFor(operation) is { } held) Gives(held, operation.Operation);
                else State = State.Owing(operation.Lock, operation.Mode);
                return FlowValue.Unknown;
            case LockAction.Query:
                return Query(operation);
            case LockAction.Use:
                ThrowIfItMay(operation.Operation);
                return FlowValue.Unknown;
            case var _ when operation.IsAsync:
                return FlowValue.Pending(operation);
            default:
                return Complete(operation, operation.Operation);
        }
    }

    private void Gives(HeldLock held, IOperation release)
    {
        Gave(held, release);
        State = State.Released(held);
    }

    private bool Gave(HeldLock held, IOperation release)
    {
        walk.Releases.Add((held.Acquire, release));
        return true;
    }

    private void Release(LockOperation acquire, IOperation release)
    {
        if (State.Held.LastOrDefault(held => held.Acquire == acquire.Operation) is { } held) Gives(held, release);
        foreach (var fact in State.Facts)
            if (acquire.Equals(fact.Value.Acquire)) State = State.With(fact.Key, FlowValue.Unknown);
    }

    /// <summary>Evaluates what is passed; a lock, its scope or its task that is passed on is the receiver's to release.</summary>
    private void EvaluateArguments(ImmutableArray<IArgumentOperation> arguments, ITypeSymbol? createdType, bool keeps)
    {
        foreach (var argument in arguments)
        {
            var value = Evaluate(argument);
            if (_state is null) return;
            if (value.Acquire is { } acquire) State = HandOver(State, acquire);
            if (argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out) Store(argument.Value, FlowValue.Unknown);
            if (FunctionIn(argument.Value) is { } function) Delegate(function);
            if (!keeps || State.Held.IsEmpty || AccessPath.Of(argument, _aliases.Resolve) is not { } path) continue;

            // `new Releaser(this)`: an object made to be disposed takes over the locks of the object it is given.
            var takesOver = createdType is not null && IsDisposable(createdType);
            State = State.ReleasedAll(held => (held.Lock.Equals(path) || (takesOver && held.Lock.DependsOn(path))) && HandedOver(held));
        }
    }

    private static bool IsDisposable(ITypeSymbol type) =>
        type.IsRefLikeType || type.AllInterfaces.Any(static i => i is { Name: "IDisposable" or "IAsyncDisposable", ContainingNamespace.Name: "System" });

    /// <summary>A lambda, or a function passed as a delegate, that releases a lock has taken it over.</summary>
    private FlowValue Delegate(IOperation function)
    {
        if (function is IMethodReferenceOperation { Instance: { } instance }) Evaluate(instance);
        if (_state is null || (State.Held.IsEmpty && !State.KnowsScopes)) return FlowValue.NotNull;

        var summary = SummaryOf(function);
        if (!summary.IsNothing)
        {
            foreach (var release in summary.Locks) State = State.ReleasedAll(held => release.Releases(held.Lock, held.Mode) && HandedOver(held));
            foreach (var path in summary.Disposed)
                if (State[path].Acquire is { } acquire) State = HandOver(State, acquire);
        }

        return FlowValue.NotNull;
    }

    /// <summary>The lambda or method that a local delegate stands for.</summary>
    private IOperation? FunctionIn(IOperation? value) => value switch
    {
        ILocalReferenceOperation { Type.TypeKind: TypeKind.Delegate } local => FunctionIn(_aliases.DefinitionOf(local.Local)),
        IConversionOperation conversion => FunctionIn(conversion.Operand),
        IDelegateCreationOperation creation => FunctionIn(creation.Target),
        IFlowAnonymousFunctionOperation or IMethodReferenceOperation => value,
        _ => null,
    };

    private void ApplySummary(IInvocationOperation call)
    {
        if (State.Held.IsEmpty) return;
        var function = call.TargetMethod.MethodKind == MethodKind.DelegateInvoke ? FunctionIn(call.Instance) : IsNear(call) ? call : null;
        if (function is null) return;
        var summary = SummaryOf(function);
        if (summary.IsNothing) return;

        foreach (var release in summary.Locks)
            if (InCallersTerms(release.Lock, call) is { } path && State.HeldFor(release with { Lock = path }) is { } held) Gives(held, call);
        foreach (var disposed in summary.Disposed)
            if (InCallersTerms(disposed, call) is { } path && State[path].Acquire is { } acquire) Release(acquire, call);
    }

    /// <summary>Whether the callee may know a lock of this body: a local function, a member of the same type, or of the object that the lock belongs to.</summary>
    private bool IsNear(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (method.MethodKind == MethodKind.LocalFunction) return true;
        if (method.DeclaringSyntaxReferences.IsEmpty) return false;
        if (SymbolEqualityComparer.Default.Equals(method.ContainingType.OriginalDefinition, context.ContainingType?.OriginalDefinition)) return true;
        return AccessPath.Of(call.Instance, _aliases.Resolve) is { } receiver && State.Held.Any(held => held.Lock.DependsOn(receiver));
    }

    private ReleaseSummaries.Summary SummaryOf(IOperation function)
    {
        if (_summaries.TryGetValue(function, out var summary)) return summary;
        return _summaries[function] = function switch
        {
            IInvocationOperation call => context.Summaries.Of(call.TargetMethod, context.Model),
            IMethodReferenceOperation reference => context.Summaries.Of(reference.Method, context.Model),
            _ => context.Summaries.Of(function.Syntax, context.Model),
        };
    }

    private AccessPath? InCallersTerms(AccessPath path, IInvocationOperation call) => path.WithRoot(root =>
    {
        // What a delegate was made of reads in the terms of where it was made.
        if (root.IsThis) return call.Instance is null || call.TargetMethod.MethodKind == MethodKind.DelegateInvoke ? root : AccessPath.Of(call.Instance, _aliases.Resolve);
        if (root.Symbol is not IParameterSymbol parameter || !SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, call.TargetMethod.OriginalDefinition)) return root;
        return AccessPath.Of(call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal), _aliases.Resolve);
    });
}
