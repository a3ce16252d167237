using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Something a body does that matters to other threads, with what holds while it does it.</summary>
/// <param name="operation">The operation that does it.</param>
/// <param name="holds">The locks held, outermost first.</param>
/// <param name="under">The innermost condition that decided that it is done.</param>
internal abstract class Step(IOperation operation, ImmutableArray<Hold> holds, Condition? under)
{
    public IOperation Operation { get; } = operation;
    public ImmutableArray<Hold> Holds { get; private set; } = holds;
    public Condition? Under { get; } = under;

    /// <summary>Whether one of the reads and calls that decided that it is done is such a one.</summary>
    public bool IsDecidedBy(Func<Step, bool> isSuch)
    {
        for (var under = Under; under is not null; under = under.Outer)
            if (under.Tests.Any(isSuch)) return true;
        return false;
    }

    /// <summary>Adds what only the whole body tells; part of reading it.</summary>
    public void AddHolds(ImmutableArray<Hold> holds) => Holds = Holds.AddRange(holds);
}

/// <summary>A read or a write of a place.</summary>
/// <param name="place">What is read or written.</param>
/// <param name="kind">How.</param>
/// <param name="value">What is written, where the code says so.</param>
/// <param name="sources">The reads and calls whose results make up what is written, those kept in locals included.</param>
internal class Access(IOperation operation, ImmutableArray<Hold> holds, Condition? under, Place place, AccessKind kind, IOperation? value, ImmutableArray<Step> sources)
    : Step(operation, holds, under)
{
    public Place Place { get; } = place;
    public AccessKind Kind { get; } = kind;
    public IOperation? Value { get; } = value;
    public ImmutableArray<Step> Sources { get; } = sources;
    public bool Writes => Kind is not (AccessKind.Read or AccessKind.Receive);
}

internal enum AccessKind
{
    Read,

    /// <summary>Read only to reach a member of it.</summary>
    Receive,

    Write,

    /// <summary>Read and written in one expression: <c>x += n</c>, <c>x++</c>.</summary>
    Update,

    /// <summary>Read and written in one atomic step: <c>Interlocked.Add</c>.</summary>
    Atomic,

    /// <summary>Written where it was null (<c>x ??= n</c>), swapped, or passed by reference.</summary>
    Other,
}

/// <summary>A call of a method or an accessor.</summary>
internal sealed class Call(IOperation operation, ImmutableArray<Hold> holds, Condition? under, IMethodSymbol target) : Step(operation, holds, under)
{
    public IMethodSymbol Target { get; } = target;
}

/// <summary>A delegate made, called or passed on: a lambda, a method group, or a variable that holds one.</summary>
internal sealed class Handover(IOperation operation, ImmutableArray<Hold> holds, Condition? under) : Step(operation, holds, under);

/// <summary>A test on the way to a step.</summary>
/// <param name="expression">The tested expression.</param>
/// <param name="tests">The reads and calls that decide it, those kept in locals included.</param>
/// <param name="outer">The condition under which the test itself is made.</param>
internal sealed class Condition(IOperation expression, ImmutableArray<Step> tests, Condition? outer)
{
    public IOperation Expression { get; } = expression;
    public ImmutableArray<Step> Tests { get; } = tests;
    public Condition? Outer { get; } = outer;
}

/// <summary>One hold of a lock, from one acquire to its release.</summary>
/// <param name="Site">The acquire; two holds of one lock differ in it.</param>
/// <param name="Lock">The lock.</param>
/// <param name="IsShared">Whether other readers may hold it too: it keeps writers out, and nobody else.</param>
internal readonly record struct Hold(IOperation Site, Place Lock, bool IsShared = false)
{
    /// <summary>Whether one of these holds is among those: it covers both steps.</summary>
    public static bool AreOne(ImmutableArray<Hold> these, ImmutableArray<Hold> those)
    {
        foreach (var hold in these)
            foreach (var other in those)
                if (hold.Site == other.Site) return true;
        return false;
    }

    /// <summary>Whether one who holds these may do it with nobody between: read, or write, what they guard.</summary>
    public static bool Protects(ImmutableArray<Hold> holds, bool writes)
    {
        foreach (var hold in holds)
            if (!hold.IsShared || !writes) return true;
        return false;
    }
}
