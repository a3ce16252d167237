using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Where the evaluation of an operation has come to: the state there, and what its values are called.</summary>
internal sealed class LockPoint(ControlFlowGraph graph, FlowContext context, LockWalk walk)
{
    private readonly Aliases _aliases = new(graph);
    private readonly Dictionary<IOperation, LockOperation?> _lockOperations = [];

    // Which way each try-acquire of the operation went: the first time all succeed.
    private readonly List<bool> _outcomes = [];

    private BranchFacts? _branchFacts;
    private LockState? _state;
    private int _outcome;

    public LockWalk Walk => walk;

    public BranchFacts Facts => _branchFacts ??= new BranchFacts(graph, _aliases);

    public LockState State
    {
        get => _state!;
        set => _state = value;
    }

    /// <summary>Whether the program comes here: past the end of the process nothing happens.</summary>
    public bool IsReached => _state is not null;

    public void End() => _state = null;

    /// <summary>Runs <paramref name="evaluate"/> from <paramref name="state"/>, once for each outcome of the try-acquires in it.</summary>
    public void ForEachOutcome(LockState state, Action evaluate)
    {
        _outcomes.Clear();
        do
        {
            _outcome = 0;
            _state = state;
            evaluate();
        }
        while (NextOutcomes());
    }

    public bool ChooseOutcome()
    {
        if (_outcome == _outcomes.Count) _outcomes.Add(true);
        return _outcomes[_outcome++];
    }

    public AccessPath? Alias(IOperation operation) => _aliases.Resolve(operation);

    public AccessPath? PathOf(IOperation? operation) => AccessPath.Of(operation, _aliases.Resolve);

    public IOperation? DefinitionOf(ILocalSymbol local) => _aliases.DefinitionOf(local);

    /// <summary>What <paramref name="operation"/> does to a lock, if it does.</summary>
    public LockOperation? Find(IOperation operation)
    {
        if (!_lockOperations.TryGetValue(operation, out var found)) _lockOperations[operation] = found = context.Flow.Find(operation, _aliases.Resolve);
        return found;
    }

    public void ThrowIfItMay(IOperation operation)
    {
        if (_state is not null && Throws.MayThrow(operation)) walk.Throw(_state, operation);
    }

    /// <summary>The lock that <paramref name="acquire"/> took, or will take, is another owner's from here on.</summary>
    public void HandOver(LockOperation acquire) => State = HandOver(State, acquire);

    /// <summary>As <see cref="HandOver(LockOperation)"/>, for a state elsewhere.</summary>
    public LockState HandOver(LockState state, LockOperation acquire)
    {
        walk.HandedOver.Add(acquire.Operation);
        return walk.Note(state.ReleasedAll(held => held.Acquire == acquire.Operation), new(acquire.Lock, acquire.Mode), LockEventKind.Unknown, acquire.Operation);
    }

    /// <summary>The locks that <paramref name="which"/> picks are another owner's from here on.</summary>
    public void HandOverAll(Func<HeldLock, bool> which)
    {
        var given = State.Held.Where(which).ToList();
        State = State.ReleasedAll(which);
        foreach (var held in given)
        {
            walk.HandedOver.Add(held.Acquire);
            Note(new(held.Lock, held.Mode), LockEventKind.Unknown, held.Acquire);
        }
    }

    /// <summary>Notes what happens to a lock that is not held any more, or was not to be had.</summary>
    public void Note(LockHold hold, LockEventKind kind, IOperation operation) => _state = walk.Note(State, hold, kind, operation);

    /// <summary>Whether this body itself has seen to it that the lock is not held.</summary>
    public bool IsSurelyFree(LockHold hold) => State.EventOf(hold).TellsThatItIsFree && !State.Holds(hold);

    private bool NextOutcomes()
    {
        while (_outcomes.Count > 0 && !_outcomes[_outcomes.Count - 1]) _outcomes.RemoveAt(_outcomes.Count - 1);
        if (_outcomes.Count == 0) return false;
        _outcomes[_outcomes.Count - 1] = false;
        return true;
    }
}
