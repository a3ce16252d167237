using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What to lock where every use of a place is to be locked: with the lock that guards it already, the uses here and those that only these keep from being reported; with a new one, all uses there are.</summary>
internal static class LockedUses
{
    /// <param name="body">The body that is reported.</param>
    /// <param name="uses">The uses in it that hold no lock, the reported one first.</param>
    /// <param name="concurrency">The compilation's concurrency.</param>
    /// <param name="model">The model of the body's file.</param>
    /// <param name="exposed">The uses in other bodies that would be reported once those here are locked.</param>
    public static (ImmutableArray<IOperation> Acts, ImmutableDictionary<string, string?> Facts) Of(Body body, IReadOnlyList<Access> uses, Concurrency concurrency, SemanticModel model, IEnumerable<(Body Body, Access Access)>? exposed = null)
    {
        ImmutableArray<IOperation> here = [.. uses.Select(static use => use.Operation).Distinct()];
        var facts = LockChoice.For(body, uses[0].Place, here, concurrency, model);
        if (facts.IsEmpty) return (here.RemoveAt(0), facts);

        var elsewhere = facts.ContainsKey(LockChoice.Existing) ? [.. exposed ?? []]
            : concurrency.AccessesOf(uses[0].Place, body).Where(other => other.Access.Holds.IsEmpty && !Concurrency.IsOnceOnly(other.Body) && !here.Contains(other.Access.Operation)).ToList();
        var canAllBeLocked = elsewhere.All(other => other.Access.Operation.Syntax.SyntaxTree == model.SyntaxTree && other.Access.Place.Equals(uses[0].Place));
        return canAllBeLocked ? ([.. here.Skip(1), .. elsewhere.Select(static other => other.Access.Operation)], facts) : (here.RemoveAt(0), ImmutableDictionary<string, string?>.Empty);
    }
}
