using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Methods whose whole body runs under a lock that they need not take: declared with [Holds], synchronized by the runtime, or named for it.</summary>
internal static class LockedMethod
{
    private static readonly string[] s_suffixes = ["InsideLock", "InLock", "UnderLock", "WithLock", "LockHeld", "Locked", "NoLock", "Unlocked"];

    /// <summary>Whether the callers of <paramref name="method"/> see to it, or the runtime does, that <paramref name="theLock"/> is held.</summary>
    public static bool MayHold(IMethodSymbol method, AccessPath theLock) =>
        ((method.MethodImplementationFlags & MethodImplAttributes.Synchronized) != 0 && (method.IsStatic ? theLock.Symbol is ITypeSymbol : theLock.IsThis))
        || Declared(method).Any(name => name == theLock.Symbol?.Name || name == theLock.ToString())
        || IsNamedForIt(method);

    public static ImmutableArray<Hold> HoldsOf(Body body)
    {
        var method = body.Method;
        var root = method.IsStatic ? Place.Static : Place.This;
        var holds = ImmutableArray.CreateBuilder<Hold>();
        if ((method.MethodImplementationFlags & MethodImplAttributes.Synchronized) != 0) holds.Add(new Hold(body.Root, root));
        foreach (var name in Declared(method))
        {
            var held = method.ContainingType.GetMembers(name).FirstOrDefault();
            holds.Add(new Hold(body.Root, held is null ? Place.Unknown : (held.IsStatic ? Place.Static : Place.This).Then(held)));
        }

        if (IsNamedForIt(method)) holds.Add(new Hold(body.Root, Place.Unknown));
        return holds.ToImmutable();
    }

    // Of a property's accessor, the property's too.
    private static IEnumerable<string> Declared(IMethodSymbol method) => method.NamedBy("HoldsAttribute").Concat(method.AssociatedSymbol?.NamedBy("HoldsAttribute") ?? []);

    /// <summary><c>AddInsideLock</c>, <c>RemoveLocked</c>: the name says what the callers see to.</summary>
    private static bool IsNamedForIt(IMethodSymbol method) => s_suffixes.Any(suffix => method.Name.EndsWith(suffix, System.StringComparison.Ordinal));
}
