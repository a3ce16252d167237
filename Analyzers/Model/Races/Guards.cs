using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>A lock under which a place is changed somewhere.</summary>
/// <param name="Lock">The field, property or variable that holds the lock.</param>
/// <param name="Body">The body that changes the place under it.</param>
/// <param name="Access">The change.</param>
/// <param name="Hold">The hold around it.</param>
internal sealed record Guard(ISymbol Lock, Body Body, Access Access, Hold Hold);

/// <summary>Finds the lock that guards a place, from how the rest of the code treats it.</summary>
internal static class Guards
{
    /// <summary>The lock under which the place is changed most often, of those that go with it: static ones, and those that live in the same object. Null if none does.</summary>
    public static Guard? GuardOf(this Concurrency concurrency, Place place, Body near)
    {
        if (place.Symbol is not { } symbol) return null;
        var guards = new List<Guard>();
        foreach (var (body, access) in concurrency.AccessesOf(symbol, near))
        {
            if (!access.Writes || Concurrency.IsOnceOnly(body)) continue;
            foreach (var hold in access.Holds)
                if (hold.Lock.Symbol is { } held && GoesWith(hold.Lock, access.Place)) guards.Add(new Guard(held, body, access, hold));
        }

        return guards.GroupBy(static guard => guard.Lock, SymbolEqualityComparer.Default).OrderByDescending(static group => group.Count()).FirstOrDefault()?.First();
    }

    /// <summary>Whether the lock is one for this very place: reached from the same object, a static, or a variable beside it.</summary>
    public static bool GoesWith(Place held, Place place) =>
        held.Root is PlaceRoot.Static || (held.Root == place.Root && (held.Root is PlaceRoot.Variable && held.Links.IsEmpty ? place.Links.IsEmpty : held.Owner.Equals(place.Owner)));
}
