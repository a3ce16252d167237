using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Flow;

/// <summary>The locks held before each operation of a graph that was walked. Operations of one syntax are merged.</summary>
internal sealed class LockIndex
{
    private readonly Dictionary<SyntaxNode, LockSet> _bySyntax = [];
    private readonly Dictionary<IOperation, LockSet> _suspensions = [];

    private LockIndex()
    {
    }

    /// <summary>The awaits and the yields.</summary>
    public IEnumerable<(IOperation Operation, LockSet Held)> Suspensions => _suspensions.Select(static pair => (pair.Key, pair.Value));

    public bool TryGet(SyntaxNode syntax, out LockSet held) => _bySyntax.TryGetValue(syntax, out held);

    public static LockIndex Of(LockWalk walk, GraphFacts facts)
    {
        var index = new LockIndex();
        walk.Replay(index.Note);

        // Conditions on fields rule paths out that another thread may open; what they ruled out altogether is asked of a walk without them.
        if (!walk.IsEverywhere() && LockWalk.Run(facts, correlated: false, CancellationToken.None) is { } every)
        {
            var rest = new LockIndex();
            every.Replay(rest.Note);
            AddMissing(index._bySyntax, rest._bySyntax);
            AddMissing(index._suspensions, rest._suspensions);
        }

        return index;
    }

    private static void AddMissing<TKey>(Dictionary<TKey, LockSet> sets, Dictionary<TKey, LockSet> more)
    {
        foreach (var pair in more)
            if (!sets.ContainsKey(pair.Key)) sets.Add(pair.Key, pair.Value);
    }

    private void Note(IOperation operation, LockState state)
    {
        Record(_bySyntax, operation.Syntax, state);
        if (operation is IAwaitOperation or IReturnOperation { Kind: OperationKind.YieldReturn }) Record(_suspensions, operation, state);
    }

    private static void Record<TKey>(Dictionary<TKey, LockSet> sets, TKey key, LockState state)
    {
        if (!sets.TryGetValue(key, out var seen)) sets.Add(key, new LockSet(state.Held, state.Held));
        else if (seen.Surely != seen.Maybe || !state.Held.SequenceEqual(seen.Surely))
            sets[key] = new LockSet([.. seen.Surely.Where(held => state.Held.Any(other => other.Lock.Equals(held.Lock) && other.Mode == held.Mode))], [.. seen.Maybe.Union(state.Held)]);
    }
}
