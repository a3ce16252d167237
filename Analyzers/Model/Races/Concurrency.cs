using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What a compilation shows of its concurrency: which accesses may run at the same time, and which locks guard what.</summary>
internal sealed class Concurrency
{
    /// <summary>A place with more writers than this is not compared with each of them.</summary>
    private const int MaxWriters = 24;

    /// <summary>How far up the callers are asked whether they hold a lock.</summary>
    private const int MaxCallers = 4;

    /// <summary>How far from what a type starts, or from what others call, the access may be.</summary>
    private const int MaxOwnCalls = 3;

    // Called before anything runs, by their names.
    private static readonly ImmutableHashSet<string> s_starters = ["Start", "StartAsync", "Initialize", "InitializeAsync", "Init"];

    private static readonly ConditionalWeakTable<Compilation, Concurrency> s_byCompilation = new();

    private readonly EntryTable _entries;
    private readonly ReachFinder _reaches;
    private readonly KeptHandles _handles;
    private readonly ConcurrentDictionary<ISymbol, ImmutableArray<(Body Body, Access Access)>> _accesses = new(SymbolEqualityComparer.Default);

    private readonly ConcurrentDictionary<(ISymbol, bool IsContents), ImmutableArray<Guard>> _guards = new();

    private Concurrency(Compilation compilation)
    {
        Bodies = BodyTable.Of(compilation);
        Effects = new Effects(Bodies);
        _entries = new EntryTable(Bodies, SpawnTable.For(compilation));
        _reaches = new ReachFinder(_entries);
        _handles = new KeptHandles(Bodies);
        OwnThreads = new OwnThreads(_entries);
    }

    public BodyTable Bodies { get; }

    public Effects Effects { get; }

    public OwnThreads OwnThreads { get; }

    public static Concurrency Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static compilation => new Concurrency(compilation));

    /// <summary>Two runs that may come to the place at the same time, the first to <paramref name="access"/>, the other to change it, whatever locks they hold then. Null if the code shows none.</summary>
    public Overlap? OverlapAt(Body body, Step access, Place place) => OverlapAt(body, access, place, static other => other.Writes);

    /// <summary>The same, of the changes that <paramref name="conflicts"/> tells.</summary>
    public Overlap? OverlapAt(Body body, Step access, Place place, System.Func<Access, bool> conflicts) => OverlapAt(body, access, place, conflicts, static (_, _) => false);

    /// <summary>Two runs that may come to the place at the same time with no lock in common, the first to <paramref name="access"/>, the other to what <paramref name="conflicts"/>. Null if the code shows none.</summary>
    public Overlap? ConflictAt(Body body, Step access, Place place, System.Func<Access, bool> conflicts) => OverlapAt(body, access, place, conflicts, SharesLock);

    private Overlap? OverlapAt(Body body, Step access, Place place, System.Func<Access, bool> conflicts, System.Func<Step, Step, bool> excludes)
    {
        if (!MayRunConcurrently(body)) return null;
        var mine = _reaches.From(body, access.Operation, place, access is not Access { Writes: false });
        if (!excludes(access, access) && (access is not Access own || conflicts(own)))
        {
            foreach (var reach in mine)
                if (reach.Repeats && !reach.Locked && !TakeTurns(body, reach, reach)) return new Overlap(reach, reach, body.Method);
            if (Overlapping(mine, mine, body.Method) is { } overlap) return overlap;
        }

        var isStarted = mine.Any(IsStarted);
        foreach (var (other, touch) in AccessesOf(place, body).Where(found => conflicts(found.Access)).Take(MaxWriters))
        {
            if (touch.Operation == access.Operation || IsOnceOnly(other) || excludes(access, touch) || (!isStarted && !MayRunConcurrently(other))) continue;
            if (Overlapping(mine, _reaches.To(other, touch), other.Method) is { } overlap) return overlap with { Verb = touch.Writes ? "changes" : "reads" };
        }

        return null;
    }

    /// <summary>Most code is started nowhere, by the names in it alone.</summary>
    private bool MayRunConcurrently(Body body) => NameTable.Of(body) is not { } names || Bodies.Names.MayRunConcurrently(names);

    /// <summary>Whether one lock is held at both; one that is held under a name that says nothing gets the benefit of the doubt.</summary>
    private static bool SharesLock(Step x, Step y) => !x.Holds.IsEmpty && !y.Holds.IsEmpty
        && x.Holds.Any(hold => !hold.Lock.IsKnown || y.Holds.Any(other => !other.Lock.IsKnown || SymbolEqualityComparer.Default.Equals(hold.Lock.Symbol, other.Lock.Symbol)));

    /// <summary>Whether an access that only started work makes has been made when the body comes to <paramref name="from"/>: it has waited for all of that work.</summary>
    public bool IsOver(Body other, Access access, Body body, IOperation from, Place place)
    {
        if (other.Parent is null && other.Method.DeclaredAccessibility is not Accessibility.Private) return false;
        var runs = _reaches.To(other, access).Where(IsStarted).ToList();
        return runs.Count > 0 && _reaches.From(body, from, place, writes: true) is var mine && runs.All(run => mine.Any(reach => _handles.AreJoined(run, reach)));
    }

    /// <summary>Everything that touches the field, property or variable, or what is in the collection there, in the order of the source; nothing if too many members mention its name.</summary>
    public IEnumerable<(Body Body, Access Access)> AccessesOf(Place place, Body near) => place.Symbol switch
    {
        null => [],
        { } state when state.IsState() => _accesses.GetOrAdd(state, FindAccesses).Where(found => found.Access.Place.IsContents == place.IsContents),
        var variable => AccessesIn(near.Outermost.SelfAndNested(), variable).Where(found => found.Access.Place.IsContents == place.IsContents),
    };

    /// <summary>The locks under which the place is changed, at each of these changes. Not asked of each access anew: there may be thousands.</summary>
    public ImmutableArray<Guard> GuardsOf(Place place, Body near) => place.Symbol is { } state && state.IsState()
        ? _guards.GetOrAdd((state, place.IsContents), _ => Guards.Around(AccessesOf(place, near)))
        : Guards.Around(AccessesOf(place, near));

    /// <summary>The places that start the body to run concurrently.</summary>
    public IEnumerable<Entry> StartsOf(Body body) => (_entries.Of(body) ?? []).Where(static entry => entry.Spawn is not null);

    /// <summary>Whether all that call the body hold a lock while they do, so that it need take none itself to read; or to write, too.</summary>
    public bool RunsLocked(Body body, bool writes = true) => RunsLocked(body, writes, MaxCallers);

    /// <summary>Whether code that is not to be seen may call the body, as often and from where it likes: it can be named outside of its type, or runs as a part of what can.</summary>
    public bool IsCalledByOthers(Body body) => IsCalledByOthers(body, MaxCallers);

    private bool IsCalledByOthers(Body body, int depth)
    {
        if (depth == 0 || IsOnceOnly(body) || body.Method is { IsStatic: true, Name: "Main" or "<Main>$" or "<Program>$" }) return false;
        if (body.Parent is null && (body.Method.DeclaredAccessibility is not Accessibility.Private || body.Method.MethodKind is MethodKind.ExplicitInterfaceImplementation)) return true;
        if (_entries.Of(body) is not { } entries) return false;
        // What is passed to code that is not to be seen, that code calls.
        if (entries.IsEmpty && body.Parent is { } parent) return IsCalledByOthers(parent, depth - 1);
        return entries.Any(entry => entry is { Spawn: null, Holds.IsEmpty: true } && entry.Caller != body && IsCalledByOthers(entry.Caller, depth - 1));
    }

    /// <summary>Whether the body runs when nobody else can see the object: as its constructor or static initialiser.</summary>
    public static bool IsOnceOnly(Body body) => body.Method.MethodKind is MethodKind.Constructor or MethodKind.StaticConstructor or MethodKind.Destructor;

    private bool RunsLocked(Body body, bool writes, int depth)
    {
        if (depth == 0) return false;
        if (body.Parent is null && IsVisibleOutside(body.Method)) return false;
        if (body.Parent is null && EntryTable.NameOf(body.Method) is { } name && !Bodies.Names.MayRunLocked(body.Method, name, depth)) return false;
        // Too many callers to ask are given the benefit of the doubt.
        if (_entries.Of(body) is not { } entries) return true;
        // What calls itself holds what it was called with.
        var others = entries.Where(entry => entry.Caller != body).ToList();
        // `if (isLocked) Remove(x); else lock (_gate) Remove(x);`
        var isKnownByFlag = others.Any(entry => Hold.Protects(entry.Holds, writes));
        return others.Count > 0 && others.All(entry => entry.Spawn is null && (Hold.Protects(entry.Holds, writes) || (isKnownByFlag && entry.Site.IsChosenByFlag()) || IsOnceOnly(entry.Caller) || RunsLocked(entry.Caller, writes, depth - 1))) && entries.All(static entry => entry.Spawn is null);
    }

    private static bool IsVisibleOutside(IMethodSymbol method)
    {
        if (method.MethodKind is MethodKind.ExplicitInterfaceImplementation) return true;
        for (ISymbol? at = method; at is not null and not INamespaceSymbol; at = at.ContainingSymbol)
            if (at.DeclaredAccessibility is Accessibility.Private or Accessibility.Internal or Accessibility.ProtectedAndInternal) return false;
        return true;
    }

    private ImmutableArray<(Body Body, Access Access)> FindAccesses(ISymbol symbol) => [.. AccessesIn(Bodies.Using(symbol) ?? [], symbol)];

    private static IEnumerable<(Body Body, Access Access)> AccessesIn(IEnumerable<Body> bodies, ISymbol symbol) =>
        from body in bodies
        from step in body.Steps
        let access = step as Access
        where access is not null && SymbolEqualityComparer.Default.Equals(access.Place.Symbol, symbol)
        select (body, access);

    private Overlap? Overlapping(List<Reach> mine, List<Reach> others, IMethodSymbol other)
    {
        // Most code is started nowhere.
        if (!mine.Any(IsStarted) && !others.Any(IsStarted)) return null;
        foreach (var reach in mine)
        {
            if (reach.Locked) continue;
            foreach (var theirs in others)
                if ((IsStarted(reach) || IsStarted(theirs)) && !ReferenceEquals(reach, theirs) && (reach.Overlaps(theirs) || AreOfOneStart(reach, theirs, mine, others))
                    && !TakeTurns(mine[0].Body, reach, theirs)
                    && !_handles.AreJoined(reach, theirs) && !_handles.AreJoined(theirs, reach)) return new Overlap(reach, theirs, other);
        }

        return null;
    }

    /// <summary>Whether the object lets one of the two run at a time: neither is a thread or task of its own.</summary>
    private static bool TakeTurns(Body body, Reach x, Reach y) => x.Spawn is null && y.Spawn is null && Confinement.TakesTurns(body.Outermost.Method.ContainingType);

    private static bool IsStarted(Reach reach) => reach.Life is not null;

    /// <summary>A thread or timer that a type starts for itself overlaps the type's other members from then on.</summary>
    private static bool AreOfOneStart(Reach x, Reach y, List<Reach> allX, List<Reach> allY) =>
        x.Object is { Root: PlaceRoot.This or PlaceRoot.Static, Links.Length: 1 } && x.Object.Equals(y.Object) && x.Body.Outermost != y.Body.Outermost
        && IsOwn(x, allX) && IsOwn(y, allY)
        && ((RunsOn(x) && IsCalledFromOutside(y, allX, x)) || (RunsOn(y) && IsCalledFromOutside(x, allY, y)));

    /// <summary>Whether the access itself is in the type that starts the work, and near; what lies deeper has ways of its own to be safe.</summary>
    private static bool IsOwn(Reach reach, List<Reach> all) => !reach.Locked && reach.Calls <= MaxOwnCalls
        && SymbolEqualityComparer.Default.Equals(all[0].Body.Outermost.Method.ContainingType, reach.Body.Outermost.Method.ContainingType);

    private static bool RunsOn(Reach reach) => reach is { Escapes: true, Spawn: not null };

    /// <summary>Whether others call the body as they like; where it starts the other itself, it knows what overlaps.</summary>
    private static bool IsCalledFromOutside(Reach plain, List<Reach> others, Reach started) =>
        plain.Life is null && !s_starters.Contains(plain.Body.Method.Name) && !IsOnceOnly(plain.Body) && plain.Body.Parent is null && !(started.Spawn is { Kind: SpawnKind.Hosted } && HostedService.IsOfLife(plain.Body.Method))
        && plain.Body.Method.DeclaredAccessibility is Accessibility.Public && others.All(other => other.Body != plain.Body);
}

/// <summary>Two runs that may overlap; one and the same if it overlaps itself.</summary>
/// <param name="Mine">The run asked about.</param>
/// <param name="Other">The other.</param>
/// <param name="Changer">The method in which the other touches the place.</param>
/// <param name="Verb">What the other does there.</param>
internal sealed record Overlap(Reach Mine, Reach Other, IMethodSymbol Changer, string Verb = "changes");
