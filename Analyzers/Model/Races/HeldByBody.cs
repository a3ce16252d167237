using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>Adds to a body's steps the locks that are not taken by <c>lock</c> statements: what the flow analysis knows, and what names alone tell.</summary>
internal static class HeldByBody
{
    public static void Add(Body member, SemanticModel model)
    {
        var names = LockTable.For(model.Compilation).Names;
        foreach (var body in member.SelfAndNested())
        {
            var takes = body.Steps.OfType<Call>().Any(call => names.IsAcquire(call.Target.Name));
            if (UsesWrappers(body)) AddToAll(body, new Hold(body.Root, Place.Unknown));
            if (!body.MayAcquire && !takes) continue;
            // `TakeLock(ref taken)`, a lock of another library's, an assertion that the lock is held: nothing is known of where it begins and ends.
            if (body.Steps.OfType<Call>().Any(static call => LockHelper.MayTake(call.Target)))
                AddToAll(body, new Hold(body.Root, Place.Unknown));
            if (takes) AddFlow(body, model, LockFlow.For(model.Compilation));
        }
    }

    private static void AddFlow(Body body, SemanticModel model, LockFlow flow)
    {
        if (!flow.MayAcquire(body.Root.Syntax, model, default)) return;
        if (flow.In(body.Root.Syntax, model, default) is not { } locks)
        {
            // Too large to follow: the benefit of the doubt.
            AddToAll(body, new Hold(body.Root, Place.Unknown));
            return;
        }

        // Readers keep writers out, but not one another.
        foreach (var step in body.Steps)
            step.AddHolds([.. locks.At(step.Operation).Maybe.Where(held => (held.Mode is not LockMode.Read || step is not Access { Writes: true }) && !IsStatement(held.Acquire) && !LetsManyIn(held)).Select(static held => new Hold(held.Acquire, PlaceOf(held), held.Mode is LockMode.Read))]);
    }

    private static void AddToAll(Body body, Hold hold)
    {
        foreach (var step in body.Steps) step.AddHolds([hold]);
    }

    private static bool IsStatement(IOperation acquire) => acquire.IsImplicit || acquire.Syntax is Microsoft.CodeAnalysis.CSharp.Syntax.LockStatementSyntax;

    /// <summary><c>void In() => Monitor.Enter(_gate);</c> here, and <c>void Out() => Monitor.Exit(_gate);</c> there.</summary>
    private static bool UsesWrappers(Body body)
    {
        var called = body.Steps.OfType<Call>().Select(static call => call.Target).ToList();
        return called.Any(taker => LockHelper.Takes(taker) && called.Any(giver => LockHelper.Gives(giver, taker)));
    }

    /// <summary>A semaphore may be a signal, and proves nothing about who else comes, unless it begins with a count of one.</summary>
    private static Place PlaceOf(HeldLock held) => held.Kind is LockKind.Semaphore && SemaphoreCount.Of(held.Lock.Symbol) is not 1 ? Place.Unknown : PlaceOf(held.Lock);

    private static bool LetsManyIn(HeldLock held) => held.Kind is LockKind.Semaphore && SemaphoreCount.Of(held.Lock.Symbol) > 1;

    private static Place PlaceOf(AccessPath path) => path switch
    {
        { IsThis: true } => Place.This,
        { Symbol: IFieldSymbol { IsStatic: true } or IPropertySymbol { IsStatic: true } } => Place.Static.Then(path.Symbol!),
        { Symbol: ILocalSymbol or IParameterSymbol } => Place.Of(path.Symbol!),
        { Symbol: { } symbol, Owner: { } owner } => PlaceOf(owner).Then(symbol),
        _ => Place.Unknown,
    };
}
