using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What acquires and releases do to the state.</summary>
internal sealed class LockEffects(LockPoint at, Stores stores, ConditionValues conditions)
{
    public FlowValue Apply(LockOperation operation)
    {
        switch (operation.Action)
        {
            case LockAction.Release:
                if (operation.Operation == at.Walk.Ignored) return FlowValue.Unknown;
                at.Walk.Observe(operation, at.State);
                if (operation.Many) GivesMany(operation);
                else if (at.State.HeldFor(operation) is { } held) Gives(held, operation.Operation);
                else if (!at.IsSurelyFree(new(operation.Lock, operation.Mode))) at.State = at.State.Owing(operation.Lock, operation.Mode);
                return FlowValue.Unknown;
            case LockAction.Query:
                return conditions.Query(operation);
            case LockAction.Use:
                at.ThrowIfItMay(operation.Operation);
                return FlowValue.Unknown;
            case var _ when operation.IsAsync:
                return FlowValue.Pending(operation);
            default:
                return Complete(operation, operation.Operation);
        }
    }

    /// <summary>A task of an acquire has been waited for: now the lock is held.</summary>
    public FlowValue Complete(LockOperation acquire, IOperation wait)
    {
        if (acquire.MayThrow) at.Walk.Throw(at.State, wait, isFree: acquire.MayFail);
        return Take(acquire);
    }

    public FlowValue Take(LockOperation acquire)
    {
        at.Walk.Acquires.Add(acquire);
        var taken = acquire.Action == LockAction.Acquire || at.ChooseOutcome();
        var hold = new LockHold(acquire.Lock, acquire.Mode);
        if (!taken)
        {
            if (!at.State.Holds(hold)) at.Note(hold, LockEventKind.Failed, acquire.Operation);
        }
        else
        {
            var held = new HeldLock(acquire);
            at.Note(hold, at.State.IsFull(held) ? LockEventKind.Unknown : LockEventKind.None, acquire.Operation);
            at.State = at.State.Acquired(held);
        }

        if (acquire.Taken is { } flag) stores.Assign(flag, FlowValue.Of(taken), source: null);
        if (acquire.Scope is { } scope) stores.Assign(scope, taken ? FlowValue.Scope(acquire) : FlowValue.Unknown, source: null);
        if (at.Facts.Decides(acquire.Lock)) at.State = at.State.With(acquire.Lock, FlowValue.NotNull);
        return acquire.ReturnsScope ? FlowValue.Scope(acquire) : acquire.Operation is IObjectCreationOperation ? FlowValue.NotNull : FlowValue.Of(taken);
    }

    public void Gives(HeldLock held, IOperation release)
    {
        at.Walk.Releases.Add((held.Acquire, release));
        at.State = at.State.Released(held);
        var hold = new LockHold(held.Lock, held.Mode);
        if (!at.State.Holds(hold)) at.Note(hold, LockEventKind.Released, release);
    }

    public void Release(LockOperation acquire, IOperation release)
    {
        // Tandem's scopes know whether their hold still stands.
        if (acquire.Kind == LockKind.Lock) at.Walk.Observe(acquire with { Operation = release, Action = LockAction.Release }, at.State);
        if (at.State.Held.LastOrDefault(held => held.Acquire == acquire.Operation) is { } held) Gives(held, release);
        foreach (var fact in at.State.Facts)
            if (acquire.Equals(fact.Value.Acquire)) at.State = at.State.With(fact.Key, FlowValue.Unknown);
    }

    private void GivesMany(LockOperation release)
    {
        foreach (var held in at.State.Held.Where(held => release.Releases(held.Lock, held.Mode))) at.Walk.Releases.Add((held.Acquire, release.Operation));
        at.State = at.State.ReleasedAll(held => release.Releases(held.Lock, held.Mode));
        at.Note(new(release.Lock, release.Mode), LockEventKind.Unknown, release.Operation);
    }
}
