using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Tells code that only one thread of its own ever runs, the loop of a monitor: <c>new Thread(Loop).Start()</c>, and nobody else calls it.</summary>
internal sealed class OwnThreads(EntryTable entries)
{
    /// <summary>How far up the callers are followed.</summary>
    private const int MaxCallers = 5;

    /// <summary>The one place that starts the one thread which runs the body; null where several may, or nobody is seen to.</summary>
    public IOperation? StartOf(Body body) => StartOf(body, MaxCallers);

    /// <summary>Whether one thread, and the same, runs both.</summary>
    public bool AreOne(Body x, Body y) => StartOf(x) is { } start && StartOf(y) == start;

    private IOperation? StartOf(Body body, int depth)
    {
        // Who else calls it is not to be seen.
        if (depth == 0 || (body.Parent is null && body.Method.DeclaredAccessibility is not Accessibility.Private)) return null;
        if (entries.Of(body) is not { IsEmpty: false } ways) return null;
        var starts = ways.Where(way => way.Caller != body).Select(way => StartOf(way, depth)).Distinct().Take(2).ToList();
        return starts.Count == 1 ? starts[0] : null;
    }

    private IOperation? StartOf(Entry way, int depth) => way switch
    {
        { ManyTimes: true } => null,
        { Spawn: null } => StartOf(way.Caller, depth - 1),
        { Spawn: { Kind: SpawnKind.Thread or SpawnKind.Task, Repeats: false, Joins: false } } when !way.Site.Loops().Any() && IsOneForTheObject(way) => way.Site,
        _ => null,
    };

    /// <summary>A thread, or a task that the object keeps: not one more for each call.</summary>
    private static bool IsOneForTheObject(Entry way) => way.Spawn is { Kind: SpawnKind.Thread } || way.IsGated || Concurrency.IsOnceOnly(way.Caller)
        || Lifetime.Of(way.Caller, way.Site).Handle.HasFlag(HandleFate.Stored);
}
