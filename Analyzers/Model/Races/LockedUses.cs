using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

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
        var facts = LockChoice.For(body, uses[0].Place, here, concurrency, model, coversOthers: true);
        if (facts.IsEmpty) return (here.RemoveAt(0), facts);

        var elsewhere = facts.ContainsKey(LockChoice.Existing) ? [.. exposed ?? []]
            : concurrency.AccessesOf(uses[0].Place, body).Where(other => other.Access.Holds.IsEmpty && !Concurrency.IsOnceOnly(other.Body) && !here.Contains(other.Access.Operation)).ToList();
        return CanBeLocked(elsewhere, uses[0].Place, model) ? ([.. here.Skip(1), .. elsewhere.Select(static other => other.Access.Operation)], facts) : (here.RemoveAt(0), ImmutableDictionary<string, string?>.Empty);
    }

    /// <summary>What to lock where a check and an act belong together: with a new lock, the changes that nobody reports, too.</summary>
    /// <param name="found">The check, and an act that it decides.</param>
    /// <param name="acts">All that it decides.</param>
    /// <param name="concurrency">The compilation's concurrency.</param>
    /// <param name="model">The model of the body's file.</param>
    public static (ImmutableArray<IOperation> Elsewhere, ImmutableDictionary<string, string?> Facts) Of(CheckThenAct found, IEnumerable<CheckThenAct> acts, Concurrency concurrency, SemanticModel model)
    {
        var facts = LockChoice.For(found, concurrency, model, coversOthers: true);
        if (!facts.ContainsKey(LockChoice.Home)) return ([], facts);

        // Of the member's own, those that another path comes to.
        var own = concurrency.AccessesOf(found.Place, found.Body).Where(other => other.Access.Writes && other.Body.Outermost == found.Body.Outermost
            && !acts.Any(act => act.Act.Operation == other.Access.Operation || act.Write.Operation == other.Access.Operation) && other.Access.Value?.ConstantValue.HasValue != true);
        var elsewhere = LockChoice.UnknownChanges(found.Body, found.Place, concurrency).AddRange(own);
        return CanBeLocked(elsewhere, found.Place, model) && !elsewhere.Any(static other => IsHalf(other.Access)) ? ([.. elsewhere.Select(static other => other.Access.Operation)], facts) : ([], ImmutableDictionary<string, string?>.Empty);
    }

    /// <summary>Whether an earlier look at the place, which a lock around the change alone would leave out, decides on the change or goes into it.</summary>
    private static bool IsHalf(Access change)
    {
        return change.IsDecidedBy(IsOfPlace) || change.Sources.Any(source => IsOfPlace(source) && !(change.Operation.Syntax.FirstAncestorOrSelf<StatementSyntax>() ?? change.Operation.Syntax).Span.Contains(source.Operation.Syntax.Span));

        bool IsOfPlace(Step step) => step is Access access && SymbolEqualityComparer.Default.Equals(access.Place.Symbol, change.Place.Symbol);
    }

    /// <summary>Whether a lock that goes with the place can be named where the others are.</summary>
    private static bool CanBeLocked(IEnumerable<(Body Body, Access Access)> others, Place place, SemanticModel model) =>
        others.All(other => other.Access.Holds.IsEmpty && other.Access.Operation.Syntax.SyntaxTree == model.SyntaxTree && other.Access.Place.Equals(place));
}
