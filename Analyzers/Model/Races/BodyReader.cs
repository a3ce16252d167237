using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Reads a body's operations once, in the order of the source, into its steps.</summary>
internal sealed partial class BodyReader
{
    private readonly Body _body;
    private readonly PlaceReader _places;
    private readonly Dictionary<ISymbol, ImmutableArray<Step>> _sources = new(SymbolEqualityComparer.Default);
    private ImmutableArray<Hold> _holds;
    private Condition? _under;
    private List<Step> _collector = [];

    private BodyReader(Body body)
    {
        _body = body;
        _places = new PlaceReader(body.Locals);
        _holds = body.Parent is null ? LockedMethod.HoldsOf(body) : [];
    }

    /// <summary>Throws <see cref="System.InsufficientExecutionStackException"/> where the operations are nested too deep to be read.</summary>
    public static Body Read(IMethodSymbol method, IOperation root, Body? parent, LocalTable locals)
    {
        var body = new Body(method, root, parent, locals);
        var reader = new BodyReader(body);
        if (root is IAnonymousFunctionOperation or ILocalFunctionOperation)
            foreach (var part in root.ChildOperations) reader.Visit(part);
        else
            reader.Visit(root);
        return body;
    }

    private void Visit(IOperation? operation)
    {
        if (operation is null) return;
        RuntimeHelpers.EnsureSufficientExecutionStack();

        switch (operation)
        {
            case IBlockOperation block: VisitBlock(block); break;
            case ILockOperation locked: VisitLock(locked); break;
            case IUsingOperation scope: VisitUsing(scope); break;
            case IUsingDeclarationOperation scope: Visit(scope.DeclarationGroup); Enter(scope, scope.DeclarationGroup); break;
            case IConditionalOperation conditional: VisitConditional(conditional); break;
            case ISwitchOperation choice: VisitSwitch(choice.Value, choice.Cases); break;
            case ISwitchExpressionOperation choice: VisitSwitch(choice.Value, choice.Arms); break;
            case IWhileLoopOperation loop: VisitWhile(loop); break;
            case IForLoopOperation loop: VisitFor(loop); break;
            case IForEachLoopOperation loop: VisitForEach(loop); break;
            case ISpreadOperation spread: VisitSpread(spread); break;
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } binary: VisitUnder(binary.LeftOperand, [binary.RightOperand]); break;
            case IVariableDeclaratorOperation declarator: VisitDeclarator(declarator); break;
            case ISimpleAssignmentOperation assignment: VisitAssignment(assignment); break;
            case IDeconstructionAssignmentOperation deconstruction: VisitDeconstruction(deconstruction); break;
            case ICompoundAssignmentOperation assignment: VisitUpdate(assignment, assignment.Target, assignment.Value); break;
            case IIncrementOrDecrementOperation update: VisitUpdate(update, update.Target, null); break;
            case ICoalesceOperation coalesce: VisitUnder(coalesce.Value, [coalesce.WhenNull]); break;
            case ICoalesceAssignmentOperation assignment: VisitCoalesceAssignment(assignment); break;
            case IInvocationOperation call: VisitInvocation(call); break;
            case IFieldReferenceOperation or IPropertyReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation or IArrayElementReferenceOperation:
                VisitReference(operation, AccessKind.Read);
                break;
            case IAnonymousFunctionOperation lambda: Nest(lambda.Symbol, lambda); Add(new Handover(lambda, _holds, _under)); break;
            case ILocalFunctionOperation function: Nest(function.Symbol, function); break;
            case IMethodReferenceOperation group: Visit(group.Instance); Add(new Handover(group, _holds, _under)); break;
            case IArgumentOperation { Parameter.RefKind: RefKind.Out or RefKind.Ref } argument: VisitByReference(argument); break;
            case IArgumentOperation argument: VisitArgument(argument); break;
            case IAwaitOperation awaited: Visit(awaited.Operation); _body.Awaits.Add(awaited.Syntax.Span.End); break;
            case IReturnOperation { ReturnedValue: { } value }: VisitResult(value); break;
            case INameOfOperation: break;
            default:
                foreach (var child in operation.ChildOperations) Visit(child);
                break;
        }
    }

    private void VisitBlock(IBlockOperation block)
    {
        // What an `if (…) return;` decides holds until the block ends.
        var (under, holds) = (_under, _holds);
        foreach (var statement in block.Operations) Visit(statement);
        (_under, _holds) = (under, holds);
    }

    private void VisitLock(ILockOperation locked)
    {
        Visit(locked.LockedValue);
        var holds = _holds;
        _holds = holds.Add(new Hold(locked, _places.Object(locked.LockedValue)));
        Visit(locked.Body);
        _holds = holds;
    }

    private void VisitUsing(IUsingOperation scope)
    {
        Visit(scope.Resources);
        var holds = _holds;
        Enter(scope, scope.Resources);
        Visit(scope.Body);
        _holds = holds;
    }

    /// <summary>A scope that holds a lock of the user's own, until it is disposed: until the block ends.</summary>
    private void Enter(IOperation scope, IOperation resources)
    {
        if (LockHelper.IsHold(resources)) _holds = _holds.Add(new Hold(scope, Place.Unknown));
    }

    private void VisitConditional(IConditionalOperation conditional)
    {
        var outer = (_under, _holds);
        _under = Test(conditional.Condition);
        EnterGate(conditional.Condition);
        var inner = (_under, _holds);
        Visit(conditional.WhenTrue);
        (_under, _holds) = inner;
        Visit(conditional.WhenFalse);
        (_under, _holds) = Leaves(conditional.WhenTrue) || Leaves(conditional.WhenFalse) ? inner : outer;
    }

    private void VisitUnder(IOperation tested, IEnumerable<IOperation> parts)
    {
        var outer = _under;
        var inner = Test(tested);
        foreach (var part in parts)
        {
            _under = inner;
            Visit(part);
        }

        _under = outer;
    }

    private void VisitSwitch(IOperation tested, IEnumerable<IOperation> choices)
    {
        var outer = _under;
        var inner = Test(tested);
        foreach (var choice in choices)
        {
            _under = inner;
            foreach (var part in choice.ChildOperations)
            {
                // `case 0 when _left > 0:`
                if (part is IPatternCaseClauseOperation { Guard: { } condition }) _under = Test(condition);
                else if (choice is ISwitchExpressionArmOperation { Guard: { } guard } && part == guard) _under = Test(guard);
                else Visit(part);
            }
        }

        _under = outer;
    }

    private void VisitWhile(IWhileLoopOperation loop)
    {
        if (!loop.ConditionIsTop) Visit(loop.Body);
        // The condition decides the body, and what comes after the loop.
        if (loop.Condition is not null) _under = Test(loop.Condition);
        if (!loop.ConditionIsTop) return;
        EnterGate(loop.Condition);
        Visit(loop.Body);
    }

    /// <summary>Whoever is let in is alone until the block ends.</summary>
    private void EnterGate(IOperation? condition)
    {
        if (condition is not null && Gate.Is(condition, _body.Locals)) _holds = _holds.Add(new Hold(condition, Place.Unknown));
    }

    private void VisitFor(IForLoopOperation loop)
    {
        var outer = _under;
        foreach (var part in loop.Before) Visit(part);
        if (loop.Condition is not null) _under = Test(loop.Condition);
        Visit(loop.Body);
        foreach (var part in loop.AtLoopBottom) Visit(part);
        _under = outer;
    }

    private void VisitResult(IOperation value)
    {
        _body.ResultSources.AddRange(SourcesOf(value));
        // `if (Balance >= n) return true;`: the result depends on the conditions above it, too.
        for (var condition = _under; condition is not null; condition = condition.Outer) _body.ResultSources.AddRange(condition.Tests);
    }

    private Condition Test(IOperation expression) => new(expression, SourcesOf(expression), _under);

    private ImmutableArray<Step> SourcesOf(IOperation expression)
    {
        var outer = _collector;
        _collector = [];
        Visit(expression);
        var sources = _collector.Distinct().ToImmutableArray();
        _collector = outer;
        _collector.AddRange(sources);
        return sources;
    }

    private ImmutableArray<Step> Kept(ISymbol local) => _sources.TryGetValue(local, out var sources) ? sources : [];

    private void Add(Step step)
    {
        _body.Steps.Add(step);
        if (step is Access { Kind: AccessKind.Read } or Call) _collector.Add(step);
    }

    private void Nest(IMethodSymbol method, IOperation root) => _body.Nested.Add(Read(method, root, _body, _body.Locals));

    private static bool Leaves(IOperation? branch) => branch switch
    {
        IBlockOperation { Operations: { IsEmpty: false } operations } => Leaves(operations[operations.Length - 1]),
        IReturnOperation { Kind: OperationKind.Return or OperationKind.YieldBreak } or IThrowOperation or IBranchOperation => true,
        IExpressionStatementOperation { Operation: IThrowOperation } => true,
        _ => false,
    };
}
