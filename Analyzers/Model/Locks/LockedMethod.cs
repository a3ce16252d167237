using System.Collections.Immutable;
using System.Linq;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Methods whose whole body runs under a lock that they need not take: declared with [Holds], synchronized by the runtime, or named for it.</summary>
internal static class LockedMethod
{
    private static readonly string[] s_suffixes = ["InsideLock", "InLock", "UnderLock", "WithLock", "LockHeld", "Locked", "NoLock", "Unlocked"];

    /// <summary>Whether the callers of <paramref name="method"/> may hold the lock of that name for it.</summary>
    public static bool MayHold(IMethodSymbol method, string? theLock) =>
        (method.MethodImplementationFlags & MethodImplAttributes.Synchronized) != 0
        || s_suffixes.Any(suffix => method.Name.EndsWith(suffix, System.StringComparison.Ordinal))
        || method.GetAttributes().Concat(method.AssociatedSymbol?.GetAttributes() ?? [])
            .Any(attribute => attribute.AttributeClass is { Name: "HoldsAttribute", ContainingNamespace.Name: "Tandem" } && attribute.ConstructorArguments.FirstOrDefault().Value as string == theLock);

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

        // `AddInsideLock`, `RemoveLocked`: the name says what the callers see to.
        if (s_suffixes.Any(suffix => method.Name.EndsWith(suffix, System.StringComparison.Ordinal))) holds.Add(new Hold(body.Root, Place.Unknown));
        return holds.ToImmutable();
    }
}
