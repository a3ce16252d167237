using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>A lock under which a place is changed somewhere.</summary>
/// <param name="Lock">The lock, as that body names it: a field, a property or a variable that holds it, the object itself (<c>this</c>), a type.</param>
/// <param name="Body">The body that changes the place under it.</param>
/// <param name="Access">The change.</param>
/// <param name="Hold">The hold around it.</param>
internal sealed record Guard(Place Lock, Body Body, Access Access, Hold Hold);

/// <summary>Finds the lock that guards a place, from how the rest of the code treats it.</summary>
internal static class Guards
{
    /// <summary>The lock under which the place is changed most often, of those that go with it: static ones, and those that live in the same object. Null if none does.</summary>
    public static Guard? GuardOf(this Concurrency concurrency, Place place, Body near, System.Func<Guard, bool>? counts = null) =>
        concurrency.GuardsOf(place, near).Where(counts ?? (static _ => true)).GroupBy(static guard => Identity(guard.Lock, guard.Access.Place)).OrderByDescending(static group => group.Count()).FirstOrDefault()?.First();

    /// <summary>Each lock that goes with its place, at each change under it.</summary>
    public static ImmutableArray<Guard> Around(IEnumerable<(Body Body, Access Access)> accesses) =>
    [
        .. from found in accesses
           where found.Access is { Writes: true, Holds.IsEmpty: false } && !Concurrency.IsOnceOnly(found.Body)
           from hold in found.Access.Holds
           where hold.Lock.IsKnown && GoesWith(hold.Lock, found.Access.Place)
           select new Guard(hold.Lock, found.Body, found.Access, hold),
    ];

    /// <summary>Whether the object is its own lock: <c>lock (this)</c> around what is <c>this</c>'s, <c>lock (account)</c> around <c>account</c>'s.</summary>
    public static bool IsOwner(Place held, Place place) => held.Equals(place.Owner) && !place.Links.IsEmpty;

    /// <summary>Whether a flag that is set under the lock lets the change happen once: <c>lock (_gate) { if (_isReady) return; _items.Add(x); _isReady = true; }</c></summary>
    public static bool IsOnce(this Guard guard) => guard.Access.IsDecidedBy(test => test is Access { Place: { Root: PlaceRoot.This or PlaceRoot.Static, Symbol: { } flag } } && guard.Body.Steps.Any(step =>
        step is Access { Kind: AccessKind.Write, Value.ConstantValue: { HasValue: true, Value: true } } set && SymbolEqualityComparer.Default.Equals(set.Place.Symbol, flag) && Hold.AreOne(set.Holds, guard.Access.Holds)));

    /// <summary>What the lock is, whatever the objects on the way to it are called.</summary>
    private static object Identity(Place held, Place place) => IsOwner(held, place) ? nameof(IsOwner) : held.Symbol ?? held.Links.Last();

    /// <summary>The lock that a [GuardedBy] on the place names; null where there is none, or none of that name in the type.</summary>
    public static ISymbol? DeclaredGuardOf(Place place) =>
        place.Symbol?.NamedBy("GuardedByAttribute").FirstOrDefault() is { } name
            ? place.Symbol.ContainingType.GetMembers(name).FirstOrDefault(static member => member is IFieldSymbol or IPropertySymbol)
            : null;

    /// <summary>Whether a <c>lock</c> statement can take it, so that a fix can.</summary>
    public static bool CanBeLocked(ISymbol held) =>
        (held as IFieldSymbol)?.Type is { SpecialType: SpecialType.System_Object } or { Name: "Lock", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } };

    /// <summary>Whether the lock is one for this very place: reached from the same object, a static, or a variable beside it.</summary>
    public static bool GoesWith(Place held, Place place) =>
        held.Root is PlaceRoot.Static || IsOwner(held, place) || (held.Root == place.Root && (held.Root is PlaceRoot.Variable && held.Links.IsEmpty ? place.Links.IsEmpty : held.Owner.Equals(place.Owner)));
}
