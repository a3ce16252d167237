using System.Collections.Immutable;
using System.Linq;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// What is true on one set of paths through a body: the locks that they hold, the locks that they gave back without having taken them
/// (their caller's, to be taken again), and what they know of flags, nulls and scopes. Immutable, compared by value.
/// </summary>
internal sealed class LockState : IEquatable<LockState>
{
    // A loop that takes one lock again and again is the same after the second turn as after the tenth.
    private const int MostHoldsOfOneAcquire = 2;

    private readonly ImmutableArray<HeldLock> _held;
    private readonly ImmutableArray<(AccessPath Lock, LockMode Mode)> _owed;
    private readonly ImmutableDictionary<object, FlowValue> _facts;
    private readonly int _hash;

    private LockState(ImmutableArray<HeldLock> held, ImmutableArray<(AccessPath, LockMode)> owed, ImmutableDictionary<object, FlowValue> facts)
    {
        _held = held;
        _owed = owed;
        _facts = facts;
        _hash = held.Aggregate(owed.Length, static (hash, theLock) => (hash * 31) + theLock.Lock.GetHashCode() + theLock.Acquire.GetHashCode());
        foreach (var fact in facts) _hash += fact.Key.GetHashCode() ^ (fact.Value.GetHashCode() * 17);
    }

    public static LockState Empty { get; } = new([], [], ImmutableDictionary<object, FlowValue>.Empty);

    /// <summary>The locks held, in the order in which they were acquired.</summary>
    public ImmutableArray<HeldLock> Held => _held;

    /// <summary>Whether nothing is held, owed or known.</summary>
    public bool IsEmpty => _held.IsEmpty && _owed.IsEmpty && _facts.IsEmpty;

    public FlowValue this[object key] => _facts.TryGetValue(key, out var value) ? value : FlowValue.Unknown;

    public bool KnowsScopes => _facts.Values.Any(static value => value.Acquire is not null);

    public IEnumerable<KeyValuePair<object, FlowValue>> Facts => _facts;

    public LockState With(object key, FlowValue value)
    {
        var facts = value.IsUnknown ? _facts.Remove(key) : _facts.SetItem(key, value);
        return ReferenceEquals(facts, _facts) ? this : new(_held, _owed, facts);
    }

    /// <summary>Forgets what was known of <paramref name="path"/> and of all that is reached through it.</summary>
    public LockState Forget(AccessPath path)
    {
        var facts = _facts;
        foreach (var key in _facts.Keys)
            if (key is AccessPath known ? known.DependsOn(path) : ((Condition)key).DependsOn(path)) facts = facts.Remove(key);
        return ReferenceEquals(facts, _facts) ? this : new(_held, _owed, facts);
    }

    public LockState Acquired(HeldLock theLock)
    {
        // Taking again what was given back before restores the caller's hold: `Monitor.Exit(x); Call(); Monitor.Enter(x);`.
        var debt = _owed.IndexOf((theLock.Lock, theLock.Mode));
        if (debt >= 0) return new(_held, _owed.RemoveAt(debt), _facts);
        return _held.Count(theLock.Equals) >= MostHoldsOfOneAcquire ? this : new(_held.Add(theLock), _owed, _facts);
    }

    /// <summary>The youngest hold that <paramref name="release"/> gives back, or null where it gives back what is not held here.</summary>
    public HeldLock? HeldFor(LockOperation release) => _held.LastOrDefault(theLock => release.Releases(theLock.Lock, theLock.Mode));

    public LockState Released(HeldLock theLock) => new(_held.RemoveAt(_held.LastIndexOf(theLock)), _owed, _facts);

    public LockState ReleasedAll(Func<HeldLock, bool> which) => _held.Any(which) ? new(_held.RemoveAll(new Predicate<HeldLock>(which)), _owed, _facts) : this;

    public LockState Owing(AccessPath path, LockMode mode) => _owed.Contains((path, mode)) ? this : new(_held, _owed.Add((path, mode)), _facts);

    /// <inheritdoc/>
    public bool Equals(LockState? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || _hash != other._hash || _facts.Count != other._facts.Count) return false;
        if (!_held.SequenceEqual(other._held) || !_owed.SequenceEqual(other._owed)) return false;
        return _facts.All(fact => other._facts.TryGetValue(fact.Key, out var value) && value.Equals(fact.Value));
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LockState);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
