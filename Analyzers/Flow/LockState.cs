using System.Collections.Immutable;
using System.Linq;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// What is true on one set of paths through a body: the locks that they hold, the locks that they gave back without having taken them
/// (their caller's, to be taken again), what they know of flags, nulls and scopes, and why they do not hold the locks that are watched.
/// Immutable, compared by value.
/// </summary>
internal sealed class LockState : IEquatable<LockState>
{
    // A loop that takes one lock again and again is the same after the second turn as after the tenth.
    private const int MostHoldsOfOneAcquire = 2;

    private readonly ImmutableArray<HeldLock> _held;
    private readonly ImmutableArray<(AccessPath Lock, LockMode Mode)> _owed;
    private readonly ImmutableDictionary<object, FlowValue> _facts;
    private readonly ImmutableDictionary<LockHold, LockEvent> _events;
    private readonly int _hash;

    private LockState(ImmutableArray<HeldLock> held, ImmutableArray<(AccessPath, LockMode)> owed, ImmutableDictionary<object, FlowValue> facts, ImmutableDictionary<LockHold, LockEvent> events)
    {
        _held = held;
        _owed = owed;
        _facts = facts;
        _events = events;
        _hash = held.Aggregate(owed.Length, static (hash, theLock) => (hash * 31) + theLock.Lock.GetHashCode() + theLock.Acquire.GetHashCode());
        foreach (var fact in facts) _hash += fact.Key.GetHashCode() ^ (fact.Value.GetHashCode() * 17);
        foreach (var happened in events) _hash += happened.Key.GetHashCode() ^ (happened.Value.GetHashCode() * 13);
    }

    public static LockState Empty { get; } = new([], [], ImmutableDictionary<object, FlowValue>.Empty, ImmutableDictionary<LockHold, LockEvent>.Empty);

    /// <summary>The locks held, in the order in which they were acquired.</summary>
    public ImmutableArray<HeldLock> Held => _held;

    /// <summary>Whether nothing is held, owed or known.</summary>
    public bool IsEmpty => _held.IsEmpty && _owed.IsEmpty && _facts.IsEmpty && _events.IsEmpty;

    public FlowValue this[object key] => _facts.TryGetValue(key, out var value) ? value : FlowValue.Unknown;

    public bool KnowsScopes => _facts.Values.Any(static value => value.Acquire is not null);

    public IEnumerable<KeyValuePair<object, FlowValue>> Facts => _facts;

    public LockState With(object key, FlowValue value)
    {
        var facts = value.IsUnknown ? _facts.Remove(key) : _facts.SetItem(key, value);
        return ReferenceEquals(facts, _facts) ? this : new(_held, _owed, facts, _events);
    }

    /// <summary>Forgets what was known of <paramref name="path"/> and of all that is reached through it.</summary>
    public LockState Forget(AccessPath path)
    {
        var facts = _facts;
        foreach (var key in _facts.Keys)
            if (key is AccessPath known ? known.DependsOn(path) : ((Condition)key).DependsOn(path)) facts = facts.Remove(key);
        var events = _events;
        foreach (var hold in _events.Keys)
            if (hold.Lock.DependsOn(path)) events = events.Remove(hold);
        return ReferenceEquals(facts, _facts) && ReferenceEquals(events, _events) ? this : new(_held, _owed, facts, events);
    }

    /// <summary>What last happened to a lock that is not held; noted only for the locks that the walk watches.</summary>
    public LockEvent EventOf(LockHold hold) => _events.TryGetValue(hold, out var happened) ? happened : default;

    public LockState Happened(LockHold hold, LockEvent happened)
    {
        var events = happened.Kind == LockEventKind.None ? _events.Remove(hold) : _events.SetItem(hold, happened);
        return ReferenceEquals(events, _events) ? this : new(_held, _owed, _facts, events);
    }

    /// <summary>Whether another acquire of the same place would not be counted any more.</summary>
    public bool IsFull(HeldLock theLock) => _held.Count(theLock.Equals) >= MostHoldsOfOneAcquire;

    public bool Holds(LockHold hold) => _held.Any(held => held.Lock.Equals(hold.Lock) && held.Mode == hold.Mode);

    public LockState Acquired(HeldLock theLock)
    {
        // Taking again what was given back before restores the caller's hold: `Monitor.Exit(x); Call(); Monitor.Enter(x);`.
        var debt = _owed.IndexOf((theLock.Lock, theLock.Mode));
        if (debt >= 0) return new(_held, _owed.RemoveAt(debt), _facts, _events);
        return IsFull(theLock) ? this : new(_held.Add(theLock), _owed, _facts, _events);
    }

    /// <summary>The youngest hold that <paramref name="release"/> gives back, or null where it gives back what is not held here.</summary>
    public HeldLock? HeldFor(LockOperation release) => _held.LastOrDefault(theLock => release.Releases(theLock.Lock, theLock.Mode));

    public LockState Released(HeldLock theLock) => new(_held.RemoveAt(_held.LastIndexOf(theLock)), _owed, _facts, _events);

    public LockState ReleasedAll(Func<HeldLock, bool> which) => _held.Any(which) ? new(_held.RemoveAll(new Predicate<HeldLock>(which)), _owed, _facts, _events) : this;

    public LockState Owing(AccessPath path, LockMode mode) => _owed.Contains((path, mode)) ? this : new(_held, _owed.Add((path, mode)), _facts, _events);

    /// <inheritdoc/>
    public bool Equals(LockState? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || _hash != other._hash || _facts.Count != other._facts.Count || _events.Count != other._events.Count) return false;
        if (!_held.SequenceEqual(other._held) || !_owed.SequenceEqual(other._owed)) return false;
        return _facts.All(fact => other._facts.TryGetValue(fact.Key, out var value) && value.Equals(fact.Value))
            && _events.All(happened => other._events.TryGetValue(happened.Key, out var value) && value.Equals(happened.Value));
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LockState);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
