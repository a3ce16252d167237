using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds uses of collections that are not made for several threads, where several meet and one of them changes it.</summary>
internal sealed class UnsafeCollectionFinder(Concurrency concurrency) : RaceFinder
{
    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayShareCollection(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        // One report a body and collection, at the first change that is not safe, or else at the first read.
        foreach (var uses in body.Steps.OfType<CollectionUse>().Where(static use => !use.Type.IsConcurrent).GroupBy(static use => use.Place))
            if (uses.Any(use => !IsInnocent(body, use)) && RaceOf(body, [.. uses], model) is { } race) yield return race;
    }

    private bool IsInnocent(Body body, CollectionUse use)
    {
        // Nobody else sees an object that is still being made.
        if (Concurrency.IsOnceOnly(body) && use.Place.Root is PlaceRoot.This or PlaceRoot.Static) return true;

        // Under a lock, whichever: a wrong one is for the rules that know the right one.
        if (!use.Holds.IsEmpty) return true;

        // Each thread, or the one thread that may touch it, has its own.
        if (Confinement.IsConfined(body, use.Place)) return true;

        // `Hashtable.Synchronized(…)`
        if (IsSynchronized(body, use)) return true;

        // `var batch = _pending; _pending = [];`: who took it has it for itself.
        if (use.IsAlias && concurrency.AccessesOf(use.Place.Reference, body).Any(static other => other.Access.Writes && !Concurrency.IsOnceOnly(other.Body))) return true;

        // Each use without the declared guard is reported as that.
        if (Guards.DeclaredGuardOf(use.Place) is not null) return true;

        // The callers hold the lock.
        return concurrency.RunsLocked(body, use.Writes);
    }

    /// <summary>Whether it is put into a wrapper that locks each call, where it is made.</summary>
    private bool IsSynchronized(Body body, CollectionUse use) => use.Type.CanBeSynchronized
        && (use.Place.Symbol!.DeclaringSyntaxReferences.Any(static declaration => declaration.GetSyntax().DescendantNodes().OfType<IdentifierNameSyntax>().Any(static name => name.Identifier.ValueText == "Synchronized"))
            || concurrency.AccessesOf(use.Place.Reference, body).Any(static other => other.Access.Value.Unconverted() is IInvocationOperation { TargetMethod.Name: "Synchronized" }));

    private Race? RaceOf(Body body, ImmutableArray<CollectionUse> uses, SemanticModel model)
    {
        foreach (var use in uses.OrderByDescending(static use => use.Writes))
        {
            if (IsInnocent(body, use) || EvidenceOf(body, use) is not { } evidence) continue;
            ImmutableArray<CollectionUse> all = [use, .. uses.Where(other => other != use && other.Holds.IsEmpty)];
            var (acts, facts) = LockedUses.Of(body, all, concurrency, model, Exposed(body, use));
            return new Race(
                RaceKind.UnsafeCollection,
                use.Operation,
                acts,
                evidence,
                [use.Place.Symbol!.Name, use.Type.Name, use.Writes ? "changed" : "read", evidence.Text],
                facts,
                [.. uses]);
        }

        return null;
    }

    private RaceEvidence? EvidenceOf(Body body, CollectionUse use)
    {
        // A change is reported for all that it conflicts with; a read only where the change is not, since that is under a lock.
        bool Conflicts(Access other) => other is CollectionUse touch && use.ConflictsWith(touch) && (use.Writes || !touch.Holds.IsEmpty);

        if (!use.Writes && !concurrency.AccessesOf(use.Place, body).Any(other => Conflicts(other.Access) && !Concurrency.IsOnceOnly(other.Body))) return null;
        // All that happens to a local is to be seen. A lock that this very body takes and leaves, or that most uses do without, may be for something else; one that is taken to fill it once is not for the uses that follow.
        bool Counts(Guard guard) => use.Place is not { Root: PlaceRoot.Variable, Links.IsEmpty: true } && guard.Body.Outermost != body.Outermost && !guard.IsOnce() && IsMostlyLocked(body, use.Place);

        return RaceEvidence.For(body, use.Operation, use.Place, () => concurrency.ConflictAt(body, use, use.Place, Conflicts) is { } overlap && !overlap.IsSetUpBefore(use.Writes) ? overlap : null, concurrency, Counts);
    }

    /// <summary>The reads in other members that are not reported because this change is.</summary>
    private IEnumerable<(Body Body, Access Access)> Exposed(Body body, CollectionUse use) => !use.Writes ? [] : concurrency.AccessesOf(use.Place, body).Where(found =>
        found.Access is CollectionUse { Writes: false } read && found.Body.Outermost != body.Outermost && use.ConflictsWith(read) && !IsInnocent(found.Body, read)
        && concurrency.ConflictAt(found.Body, read, read.Place, other => other is CollectionUse touch && read.ConflictsWith(touch)) is { } overlap && !overlap.IsSetUpBefore(false));

    private bool IsMostlyLocked(Body body, Place place)
    {
        var uses = concurrency.AccessesOf(place, body).Where(static other => !Concurrency.IsOnceOnly(other.Body)).ToList();
        return uses.Count(static other => !other.Access.Holds.IsEmpty) * 2 >= uses.Count;
    }
}
