using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>That running one place of a body comes to an access, there or further down its calls.</summary>
/// <param name="Body">The body.</param>
/// <param name="Site">The access itself, or the call or start through which the body comes to it.</param>
/// <param name="Object">What is accessed, as the body names it.</param>
/// <param name="Life">How long the access runs beside the body, if it does.</param>
/// <param name="Repeats">Whether it runs beside itself, on the same object.</param>
/// <param name="Locked">Whether a lock is held around the whole of it on the way.</param>
/// <param name="Start">The place where it was started to run concurrently.</param>
/// <param name="Spawn">How, unless an async call simply was not awaited.</param>
/// <param name="Pending">Whether it may come to the access only after the body has returned its task.</param>
/// <param name="Calls">How many calls and starts lie between the body and the access.</param>
internal sealed record Reach(Body Body, IOperation Site, Place Object, Lifetime? Life, bool Repeats, bool Locked, IOperation? Start, Spawn? Spawn, bool Pending, int Calls)
{
    /// <summary>The same one call or start nearer to the access.</summary>
    public Reach? Below { get; init; }

    /// <summary>The fields and properties that keep the threads and tasks which run it.</summary>
    public ImmutableArray<ISymbol> Keepers { get; init; } = [];

    /// <summary>Whether nothing further up shows that it is started again: state decides that it is started, or it is reached through an interface, by which others may be meant.</summary>
    public bool IsOnce { get; init; }

    /// <summary>Whether it runs on beside whatever the callers of the body do next.</summary>
    public bool Escapes => Life is { Escapes: true };

    /// <summary>Whether the way to the access leads through the body.</summary>
    public bool Passes(Body body)
    {
        for (var at = this; at is not null; at = at.Below)
            if (at.Body == body) return true;
        return false;
    }

    /// <summary>Whether the two may run at the same time, on the same object, in one execution of their body.</summary>
    public bool Overlaps(Reach other)
    {
        if (Body != other.Body || !Object.Equals(other.Object) || (Life is null && other.Life is null)) return false;
        // Whichever way the code comes to the start, it starts one at a time.
        if (IsOnce && other.IsOnce && Start is not null && Start == other.Start) return false;
        // `Parallel.Invoke(a, b)` starts two things in one place.
        if (Site == other.Site) return (Repeats && other.Repeats) || (Spawn?.Site == Site && other.Spawn?.Site == Site && Spawn?.Work != other.Spawn?.Work);
        if (AreAlternatives(Site, other.Site) || Follows(other) || other.Follows(this)) return false;
        if (Spawn is { IsSerial: true } && other.Spawn is { IsSerial: true }) return false;
        if (Life is { } life && other.Life is { } otherLife) return life.Overlaps(otherLife);
        return Life is { } mine ? mine.Covers(other.Site.Position()) || ComesRoundTo(mine, other) : other.ComesRoundTo(other.Life!.Value, this) || other.Life!.Value.Covers(Site.Position());
    }

    /// <summary><c>first.ContinueWith(…)</c> begins where the other has ended.</summary>
    private bool Follows(Reach earlier)
    {
        for (var at = Site as IInvocationOperation; at is { TargetMethod.Name: "ContinueWith", Instance: { } task }; at = WorkValue.Of(task) as IInvocationOperation)
            if (WorkValue.Of(task).Syntax == earlier.Site.Syntax) return true;
        return false;
    }

    /// <summary>In a loop, what was started in one round runs on into the next.</summary>
    private bool ComesRoundTo(Lifetime life, Reach plain) => Site.Loops().Intersect(plain.Site.Loops()).Any(loop => life.End > loop.Syntax.Span.End && !IsWithin(loop));

    /// <summary>Whether each round of the loop has an object of its own.</summary>
    public bool IsWithin(ILoopOperation loop) =>
        IsDeclaredIn(Object.Variable, loop) || Object.Links.Any(link => link is ILocalSymbol index && IsDeclaredIn(index, loop));

    private static bool IsDeclaredIn(ISymbol? variable, ILoopOperation loop) =>
        variable is ILocalSymbol && variable.DeclaringSyntaxReferences.Any(declaration => loop.Syntax.Span.Contains(declaration.Span) && declaration.SyntaxTree == loop.Syntax.SyntaxTree);

    /// <summary>Whether one is in a branch that excludes the other's.</summary>
    private static bool AreAlternatives(IOperation x, IOperation y)
    {
        for (var (at, from) = (x.Parent, x); at is not null; (at, from) = (at.Parent, at))
        {
            if (!at.Contains(y)) continue;
            return at switch
            {
                IConditionalOperation conditional => from != conditional.Condition && !conditional.Condition.Contains(y),
                // What one catch clause does, no other does.
                ITryOperation attempt => from is ICatchClauseOperation && attempt.Catches.Any(other => other != from && other.Contains(y)),
                ISwitchOperation choice => from != choice.Value && !choice.Value.Contains(y),
                IBlockOperation block => HasLeft(x, block, y) || HasLeft(y, block, x),
                _ => false,
            };
        }

        return false;
    }

    /// <summary><c>if (inBackground) { Task.Run(Work); return; } Work();</c>: what comes to the first does not come to the second.</summary>
    private static bool HasLeft(IOperation first, IBlockOperation within, IOperation second)
    {
        if (second.Position() < first.Position()) return false;
        for (var at = first; at is not null && at != within; at = at.Parent)
            if (Leaves(at) || (at is IBlockOperation { Operations: { Length: > 0 } statements } && Leaves(statements[statements.Length - 1]))) return true;
        return false;
    }

    private static bool Leaves(IOperation statement) => statement is IReturnOperation { Kind: OperationKind.Return or OperationKind.YieldBreak } or IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation };
}
