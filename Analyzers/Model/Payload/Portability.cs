using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Tandem.Workers;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Which types surely cannot cross a process boundary. Follows, step by step, the check that the runtime makes at Submit (its class of the
/// same name), and a test holds the two together; where that looks into what only the running program knows, as the private fields of a library's
/// class, the answer here is that nothing is known to be wrong.
/// </summary>
internal sealed class Portability
{
    // A type that leads to more than that is a library's, and no payload.
    private const int MaxTypes = 300;

    private static readonly ConditionalWeakTable<Compilation, Portability> s_byCompilation = new();

    private static readonly HashSet<string> s_vouchedFor =
    [
        "System.Numerics.BigInteger", "System.Uri", "System.Version", "System.Text.Json.JsonElement", "System.Text.Json.JsonDocument", "System.Text.Json.Nodes.JsonNode",
        "Tandem.ProcessLock", "Tandem.ProcessSemaphore", "Tandem.ProcessEvent", "Tandem.ProcessCondition", "Tandem.ProcessBarrier",
        "Tandem.ProcessQueue`1", "Tandem.PipeEnd`1", "Tandem.SharedValue`1", "Tandem.SharedArray`1",
    ];

    private readonly ConcurrentDictionary<ITypeSymbol, Refusal?> _known = new(SymbolEqualityComparer.Default);
    private readonly JsonContracts _contracts;

    private Portability(Compilation compilation) => _contracts = new(compilation);

    public static Portability Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new Portability(c));

    /// <summary>Why a value of <paramref name="type"/> cannot cross; null where it can, or where that is not known.</summary>
    public Refusal? Find(ITypeSymbol type, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(type, out var known))
            known = _known.GetOrAdd(type, Find(type, "", new(SymbolEqualityComparer.Default), cancellationToken));
        return known;
    }

    /// <summary>The same of what work gives back: a lazy sequence would run in the wrong process.</summary>
    public Refusal? FindInResult(ITypeSymbol type, CancellationToken cancellationToken) => type.OriginalDefinition.SpecialType is SpecialType.System_Collections_IEnumerable or SpecialType.System_Collections_Generic_IEnumerable_T
        ? new Refusal("", type, "It is a lazy sequence, which would run in the wrong process. Return an array or a list.")
        : Find(type, cancellationToken);

    /// <summary>What to use in place of a type that means something in one process only; null for all others.</summary>
    public static string? RemedyFor(ITypeSymbol type)
    {
        if (type is { TypeKind: TypeKind.Pointer or TypeKind.FunctionPointer }) return "An address means nothing there. Pass the data.";
        if (type.IsRefLikeType) return "Pass an array.";
        for (var each = type; each is not null; each = each.BaseType)
            if (each is INamedTypeSymbol && RefusedTypes.Remedies.TryGetValue(each.OriginalDefinition.MetadataName(), out var remedy)) return remedy;
        if (type is IArrayTypeSymbol) return null;
        foreach (var implemented in type.AllInterfaces)
            if (RefusedTypes.Remedies.TryGetValue(implemented.OriginalDefinition.MetadataName(), out var remedy)) return remedy;
        return null;
    }

    private Refusal? Find(ITypeSymbol type, string path, HashSet<ITypeSymbol> seen, CancellationToken cancellationToken)
    {
        // What is not known here may turn out to be anything. What was told once, or is being told by a caller further up, is not told again.
        if (type.TypeKind is TypeKind.TypeParameter or TypeKind.Error || seen.Count == MaxTypes || !seen.Add(type)) return null;
        cancellationToken.ThrowIfCancellationRequested();

        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable) return Find(nullable.TypeArguments[0], path, seen, cancellationToken);
        if (RemedyFor(type) is { } remedy) return new(path, type, remedy);
        if (type.SpecialType == SpecialType.System_String || type.IsPlain() || IsVouchedFor(type)) return null;
        if (type is IArrayTypeSymbol { Rank: > 1 }) return new(path, type, "Pass a jagged array (T[][]), or a one-dimensional one with its width.");
        if (type is { SpecialType: SpecialType.System_Object } or IDynamicTypeSymbol) return new(path, type, "Declare the type that it really has.");
        if (JsonCollections.Elements(type) is { } elements) return FindInCollection(type, elements, path, seen, cancellationToken);
        if (type is not INamedTypeSymbol named) return null;

        var listed = named.ListedTypes().ToList();
        if (named.IsAbstract)
        {
            return listed.Count == 0
                ? new(path, named, $"It is {(named.TypeKind == TypeKind.Interface ? "an interface" : "abstract")}, so the worker cannot know what to make of it. Declare a concrete type, or list the derived ones with [JsonDerivedType].")
                : FindInListed();
        }

        return FindInMembers(named, path, seen, cancellationToken) ?? FindInListed();

        Refusal? FindInListed() => listed
            .Where(derived => !SymbolEqualityComparer.Default.Equals(derived.Type, named))
            .Select(derived => derived.HasDiscriminator
                ? Find(derived.Type, path, seen, cancellationToken)
                : new(path, derived.Type, "Its [JsonDerivedType] names no discriminator, so the worker cannot tell that it is one. Give it one."))
            .FirstOrDefault(static refusal => refusal is not null);
    }

    private Refusal? FindInCollection(ITypeSymbol type, IReadOnlyList<ITypeSymbol> elements, string path, HashSet<ITypeSymbol> seen, CancellationToken cancellationToken)
    {
        if (elements.Count == 2 && elements[0] is { SpecialType: not SpecialType.System_String, TypeKind: not (TypeKind.TypeParameter or TypeKind.Error) } key && (!key.IsPlain() || key.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T))
            return new($"{path}.Keys", key, "Use strings, numbers or other plain values as keys.");
        return Find(elements[elements.Count - 1], path + "[]", seen, cancellationToken)
            ?? (type is INamedTypeSymbol named && JsonCollections.Obstacle(named, _contracts) is { } obstacle ? new(path, type, obstacle) : null);
    }

    private Refusal? FindInMembers(INamedTypeSymbol type, string path, HashSet<ITypeSymbol> seen, CancellationToken cancellationToken)
    {
        foreach (var (member, memberType) in JsonContracts.Written(type))
        {
            if (member is IPropertySymbol { RefKind: not RefKind.None }) return new($"{path}.{member.Name}", memberType, "It is handed out by reference. Give it out by value, or mark it [JsonIgnore].", member);
            if (Find(memberType, $"{path}.{member.Name}", seen, cancellationToken) is { } refusal) return refusal.Member is null ? refusal with { Member = member } : refusal;
        }

        return _contracts.Obstacle(type, cancellationToken) is { } obstacle ? new(path, type, obstacle) : null;
    }

    // By name, wherever it is declared; and what derives from it may cross as well.
    private static bool IsVouchedFor(ITypeSymbol type)
    {
        if (type.IsConverted()) return true;
        for (var each = type; each is not null; each = each.BaseType)
            if (each.IsMarked("ProcessPortableAttribute") || s_vouchedFor.Contains(each.OriginalDefinition.MetadataName())) return true;
        return false;
    }
}
