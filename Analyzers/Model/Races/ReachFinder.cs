using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Follows an access backwards, from caller to caller, to where it is started to run concurrently, as long as it stays known which object is accessed.</summary>
internal sealed class ReachFinder(EntryTable entries)
{
    /// <summary>An access that is reached in more ways than this is given up.</summary>
    private const int MaxReaches = 150;

    /// <summary>Callers further up than this are not looked at.</summary>
    private const int MaxCalls = 6;

    private readonly ConcurrentDictionary<Access, List<Reach>> _known = new();

    /// <summary>The same for an access that is part of the body, kept.</summary>
    public List<Reach> To(Body body, Access access) => _known.GetOrAdd(access, _ => From(body, access.Operation, access.Place, access.Writes));

    /// <summary>All bodies from which the access is reached, nearest first. It is cut where the search would grow too large; what was found until then holds.</summary>
    public List<Reach> From(Body body, IOperation access, Place accessed, bool writes)
    {
        var found = new List<Reach> { new(body, access, accessed, null, false, false, null, null, IsAfterAwait(body, access), 0) };
        for (var next = 0; next < found.Count; next++)
        {
            foreach (var reach in Above(found[next], writes))
            {
                if (found.Count == MaxReaches) return found;
                if (!found.Any(known => known.Body == reach.Body && known.Site == reach.Site && known.Spawn?.Work == reach.Spawn?.Work && known.Locked == reach.Locked && (known.Life is null) == (reach.Life is null))) found.Add(reach);
            }
        }

        return found;
    }

    private IEnumerable<Reach> Above(Reach reach, bool writes)
    {
        var body = reach.Body;
        // The object is one that this body made, or got from somewhere unknown: no caller can be asked about it.
        if (reach.Object is { Root: PlaceRoot.Variable, Variable: ILocalSymbol local } && body.Declares(local)) return [];
        return reach.Calls < MaxCalls && entries.Running(body) is { } into ? into.Select(entry => Through(entry, reach, writes)).OfType<Reach>() : [];
    }

    private static Reach? Through(Entry entry, Reach reach, bool writes)
    {
        var accessed = entry.Translate(reach.Object, reach.Body);
        if (!accessed.IsKnown || IsReplaced(accessed, entry.Caller)) return null;

        var caller = entry.Caller;
        // What one round of a recursion leaves running as its last step is the next round; nobody but that round can tell what it overlaps.
        if (reach.Life is not null && reach.Below!.Passes(reach.Body)) return null;

        var above = reach with { Body = caller, Site = entry.Site, Object = accessed, Life = null, Repeats = false, Calls = reach.Calls + 1, Below = reach, Pending = IsAfterAwait(caller, entry.Site), IsOnce = reach.IsOnce || (reach.Life is not null && entry.IsDispatched) };
        if (entry.Spawn is { } spawn)
        {
            // Whoever hands the work to a queue, the queue runs it in order.
            if (reach.Spawn is { IsQueued: true }) spawn = spawn with { IsSerial = true, IsQueued = true };
            var life = spawn.Joins ? Lifetime.Within(entry.Site) : spawn.Kind is SpawnKind.Hosted ? Lifetime.BesideOthers : Lifetime.Of(caller, entry.Site);
            // A thread that is made here and started by another member: when it runs is not to be seen.
            var isStartedElsewhere = spawn.Kind is SpawnKind.Thread && (life.Handle & (HandleFate.Stored | HandleFate.Started)) == HandleFate.Stored;
            // Nor is it seen what becomes of a task that the caller gets by an 'out' parameter.
            return isStartedElsewhere || life.Handle.HasFlag(HandleFate.GivenOut) ? null : Running(above with { Spawn = spawn, IsOnce = false }, entry, life) with { IsOnce = entry.IsGated };
        }

        if (reach.Escapes)
        {
            var life = (reach.Life!.Value.Handle & HandleFate.Returned) != 0 ? Lifetime.Of(caller, entry.Site) : new Lifetime(entry.Site.Syntax.Span.End, Lifetime.Never, HandleFate.Dropped);
            return Running(above, entry, life);
        }

        // `RunSync(() => SendAsync())` returns when all is done.
        if (reach.Pending && !(entry.Site is IInvocationOperation { TargetMethod: var target } && SmallMethod.WaitsForTask(target)))
        {
            // An async body returns at its first await, and the rest of it runs on, unless the caller awaits it in turn.
            var life = reach.Body.Method.ReturnsVoid ? new Lifetime(entry.Site.Syntax.Span.End, Lifetime.Never, HandleFate.Dropped) : Lifetime.Of(caller, entry.Site);
            if (life.Handle is HandleFate.Unknown) return null;
            var isReturned = (life.Handle & HandleFate.Returned) != 0;
            if ((life.Handle & HandleFate.Gathered) != 0 || (!isReturned && (life.Handle & (HandleFate.Kept | HandleFate.Dropped)) != 0)) return Running(above, entry, life);
            above = above with { Pending = IsAsync(caller) || (isReturned && caller.Method.ReturnType.Name is "Task" or "ValueTask") };
        }

        return Hold.Protects(entry.Holds, writes) ? above with { Locked = true } : above;
    }

    /// <summary>Whether the body puts a new object where the path leads through, so that one run's is not the next one's.</summary>
    private static bool IsReplaced(Place place, Body body) => (place.IsContents ? place.Links : place.Owner.Links).OfType<ISymbol>().Any(link => body.Steps.Any(step =>
        step is Access { Writes: true, Place.IsContents: false } write && SymbolEqualityComparer.Default.Equals(write.Place.Symbol, link)));

    private static Reach Running(Reach above, Entry entry, Lifetime life) => above with
    {
        Life = life,
        Keepers = above.Keepers.AddRange(life.Keepers),
        Start = above.Start ?? entry.Site,
        Repeats = !above.IsOnce && above.Spawn is not { IsSerial: true } && (entry.Spawn is { Repeats: true } || entry.ManyTimes || entry.Site.Loops().Any(loop => life.End > loop.Syntax.Span.End && !above.IsWithin(loop))),
    };

    /// <summary>Whether the body has returned to its caller when it comes to the site.</summary>
    private static bool IsAfterAwait(Body body, IOperation site) => IsAsync(body)
        && (body.Awaits.Any(end => end <= site.Position()) || site.Loops().Any(loop => body.Awaits.Any(end => loop.Syntax.Span.Contains(end))));

    /// <summary>An async iterator runs only as it is enumerated.</summary>
    private static bool IsAsync(Body body) => body.Method is { IsAsync: true, ReturnType.Name: not ("IAsyncEnumerable" or "IAsyncEnumerator") };
}
