using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What storing a value does: the variable is known by it, and the locks that it named are not known by that name any more.</summary>
internal sealed class Stores(LockPoint at)
{
    public FlowValue Capture(CaptureId id, FlowValue value)
    {
        var path = AccessPath.Of(id);
        if (at.IsReached && (value.Acquire is not null || value.IsTrue is not null || value.Constant is not null || at.Facts.Decides(path))) at.State = at.State.With(path, value);
        return value;
    }

    public FlowValue Assign(IOperation target, FlowValue value, IOperation? source)
    {
        if (!at.IsReached) return value;
        if (target is IDeclarationExpressionOperation declaration) target = declaration.Expression;

        // A scope that is stored where others can reach it is theirs to dispose.
        if (value.Acquire is { } acquire && target is not ILocalReferenceOperation and not IFlowCaptureReferenceOperation and not IDiscardOperation) at.HandOver(acquire);
        if (target is IFlowCaptureReferenceOperation captured) return Capture(captured.Id, value);
        if (at.PathOf(target) is not { } path) return value;

        // The only definition of an alias changes nothing: the path is another's name.
        if (target is ILocalReferenceOperation local && !path.Equals(AccessPath.Of(local.Local))) return value;

        at.State = at.State.Forget(path);
        LoseNames(path, source, target);
        if (source is IObjectCreationOperation && at.Find(source) is { IsAcquire: true } owned) Own(path, owned);
        if (value.Acquire is not null || at.Facts.Decides(path)) at.State = at.State.With(path, value);
        return value;
    }

    /// <summary>A variable that named held locks names something else now.</summary>
    private void LoseNames(AccessPath path, IOperation? source, IOperation target)
    {
        foreach (var held in at.State.Held)
        {
            if (!held.Lock.DependsOn(path) || held.Lock.Equals(path) && source is IObjectCreationOperation) continue;
            if (path.Symbol is ILocalSymbol && !held.Lock.IndexDependsOn(path)) at.Walk.Leak(held, LeakKind.Reassignment, target);
            at.State = at.State.ReleasedAll(held.Equals);
        }

        // `node = next` moves the holds of `next` to another name: hand over hand, followed no further.
        if (source is not null && at.PathOf(source) is { Symbol: ILocalSymbol or IParameterSymbol } from)
            at.HandOverAll(held => held.Lock.DependsOn(from));
    }

    /// <summary>A mutex that is made owned gets its name from the variable it is stored in.</summary>
    private void Own(AccessPath path, LockOperation owned)
    {
        var unnamed = at.State.Held.FirstOrDefault(held => held.Acquire == owned.Operation);
        if (unnamed is not null) at.State = at.State.Released(unnamed).Acquired(unnamed with { Lock = path });
    }
}
