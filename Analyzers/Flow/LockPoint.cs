using System.Linq;
using Microsoft.CodeAnalysis;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Where the evaluation of an operation has come to: the state there, and what its values are called.</summary>
internal sealed class LockPoint(GraphFacts graph, LockWalk walk)
{
    // Which way each try-acquire of the operation went: the first time all succeed.
    private readonly List<bool> _outcomes = [];

    private readonly Func<IOperation, AccessPath?> _alias = graph.Aliases.Resolve;

    private LockState? _state;
    private int _outcome;

    public LockWalk Walk => walk;

    public BranchFacts Facts => graph.Branches;

    public LockState State
    {
        get => _state!;
        set => _state = value;
    }

    /// <summary>Whether the program comes here: past the end of the process nothing happens.</summary>
    public bool IsReached => _state is not null;

    public void End() => _state = null;

    /// <summary>Starts an operation, which is evaluated once for each outcome of the try-acquires in it.</summary>
    public void Begin() => _outcomes.Clear();

    /// <summary>Starts one evaluation from <paramref name="state"/>.</summary>
    public void BeginOutcome(LockState state)
    {
        _outcome = 0;
        _state = state;
    }

    public bool ChooseOutcome()
    {
        if (_outcome == _outcomes.Count) _outcomes.Add(true);
        return _outcomes[_outcome++];
    }

    public AccessPath? Alias(IOperation operation) => graph.Aliases.Resolve(operation);

    public AccessPath? PathOf(IOperation? operation) => AccessPath.Of(operation, _alias);

    public IOperation? DefinitionOf(ILocalSymbol local) => graph.Aliases.DefinitionOf(local);

    /// <summary>What <paramref name="operation"/> does to a lock, if it does.</summary>
    public LockOperation? Find(IOperation operation) => graph.Find(operation);

    public void ThrowIfItMay(IOperation operation)
    {
        if (_state is not null && graph.MayThrow(operation)) walk.Throw(_state, operation);
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

    /// <summary>Whether the operation has another outcome to be evaluated.</summary>
    public bool NextOutcome()
    {
        while (_outcomes.Count > 0 && !_outcomes[_outcomes.Count - 1]) _outcomes.RemoveAt(_outcomes.Count - 1);
        if (_outcomes.Count == 0) return false;
        _outcomes[_outcomes.Count - 1] = false;
        return true;
    }
}
