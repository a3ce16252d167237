using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells where a lock around the uses of a place would keep nobody out, and only hide the race.</summary>
internal static class LockHarm
{
    /// <summary>Whether others pass any lock by: with Interlocked; or the body changes the same state of another object, which has a lock of its own.</summary>
    public static bool IsPassedBy(Body body, Place place, ImmutableArray<IOperation> uses, Concurrency concurrency) =>
        concurrency.AccessesOf(place, body).Any(other => IsInterlocked(other.Access) && !uses.Contains(other.Access.Operation))
        || body.Steps.Any(step => step switch
        {
            Access { Writes: true } write => IsOfAnother(write.Place, place),
            Call call => concurrency.Effects.WritesOf(body, call).Any(effect => IsOfAnother(effect.Place, place)),
            _ => false,
        });

    /// <summary>Whether some lock is held where the place is changed, one that the code here can't name: a new one would be a second.</summary>
    public static bool IsSecond(Body body, Place place, Concurrency concurrency) =>
        concurrency.AccessesOf(place, body).Any(static other => other.Access is { Writes: true, Holds.IsEmpty: false } && !Concurrency.IsOnceOnly(other.Body));

    private static bool IsInterlocked(Access access) => access.Writes && access.Operation is IInvocationOperation call && AtomicOperation.Of(call) is AccessKind.Atomic or AccessKind.Other;

    /// <summary><c>from.Balance -= n; to.Balance += n;</c></summary>
    private static bool IsOfAnother(Place written, Place place) =>
        written.Root is not PlaceRoot.Static && SymbolEqualityComparer.Default.Equals(written.Symbol, place.Symbol) && written.IsContents == place.IsContents && !written.Equals(place) && place.Links.LastOrDefault() is ISymbol;
}
