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
        || method.GetAttributes().Concat(method.AssociatedSymbol?.GetAttributes() ?? [])
            .Any(attribute => attribute.AttributeClass is { Name: "HoldsAttribute", ContainingNamespace.Name: "Tandem" } && attribute.ConstructorArguments.FirstOrDefault().Value is string name && (name == theLock.Symbol?.Name || name == theLock.ToString()))
        || IsNamedForIt(method);

    public static ImmutableArray<Hold> HoldsOf(Body body)
    {
        var method = body.Method;
        var root = method.IsStatic ? Place.Static : Place.This;
        var holds = ImmutableArray.CreateBuilder<Hold>();
        if ((method.MethodImplementationFlags & MethodImplAttributes.Synchronized) != 0) holds.Add(new Hold(body.Root, root));
        foreach (var attribute in method.GetAttributes().Concat(method.AssociatedSymbol?.GetAttributes() ?? []))
        {
            if (attribute.AttributeClass is not { Name: "HoldsAttribute", ContainingNamespace.Name: "Tandem" } || attribute.ConstructorArguments.FirstOrDefault().Value is not string name) continue;
            var held = method.ContainingType.GetMembers(name).FirstOrDefault();
            holds.Add(new Hold(body.Root, held is null ? Place.Unknown : (held.IsStatic ? Place.Static : Place.This).Then(held)));
        }

        if (IsNamedForIt(method)) holds.Add(new Hold(body.Root, Place.Unknown));
        return holds.ToImmutable();
    }

    /// <summary><c>AddInsideLock</c>, <c>RemoveLocked</c>: the name says what the callers see to.</summary>
    private static bool IsNamedForIt(IMethodSymbol method) => s_suffixes.Any(suffix => method.Name.EndsWith(suffix, System.StringComparison.Ordinal));
}
