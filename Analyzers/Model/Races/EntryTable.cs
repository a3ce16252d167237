using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Who calls or starts a body, found backwards by name.</summary>
internal sealed class EntryTable(BodyTable bodies, SpawnTable spawns)
{
    private readonly ConcurrentDictionary<Body, ImmutableArray<Entry>?> _entries = new(), _running = new();
    private readonly DelegateUses _delegates = new(bodies, spawns);

    /// <summary>The ways in which the body comes to run; null where they are too many to be looked at.</summary>
    public ImmutableArray<Entry>? Of(Body body) => _entries.GetOrAdd(body, body => Find(body, static _ => true));

    /// <summary>Those of them that may be part of what runs beside something else. The others are not even bound.</summary>
    public ImmutableArray<Entry>? Running(Body body) => _running.GetOrAdd(body, body => Find(body, bodies.Names.MayRunConcurrently));

    private ImmutableArray<Entry>? Find(Body body, Func<MemberNames, bool> matters)
    {
        if (body.Root is IAnonymousFunctionOperation lambda)
            return [.. body.Parent!.Steps.OfType<Handover>().Where(step => step.Operation == lambda).SelectMany(step => Started(body.Parent, step, null))];

        if (body.Parent is not null) return [.. body.Outermost.SelfAndNested().SelectMany(caller => Into(body.Method, caller))];
        if (NameOf(body.Method) is not { } name) return [];
        var starts = HostedService.IsRun(body.Method) ? new[] { HostedService.Start(body) } : [];
        return bodies.Calling(body.Method, name, matters) is { } callers ? [.. starts, .. callers.SelectMany(caller => Into(body.Method, caller))] : null;
    }

    private IEnumerable<Entry> Into(IMethodSymbol method, Body caller)
    {
        foreach (var step in caller.Steps)
        {
            if (step is Call call && (IsBaseCall(call) ? SymbolEqualityComparer.Default.Equals(call.Target.OriginalDefinition, method.OriginalDefinition) : Reaches(call.Target, method) && MayBeOf(call, method.ContainingType)))
                yield return new Entry(caller, call.Operation, null, false, call.Holds, null) { IsDispatched = call.Target is { ContainingType.TypeKind: TypeKind.Interface } or { IsAbstract: true } };
            else if (step is Handover { Operation: IMethodReferenceOperation group } handover && Reaches(group.Method, method))
                foreach (var entry in Started(caller, handover, group)) yield return entry;
        }
    }

    private static bool IsBaseCall(Call call) => call.Operation is IInvocationOperation { IsVirtual: false, TargetMethod: { IsVirtual: true } or { IsOverride: true } };

    /// <summary>Whether the object that is called may be one of that type. A cast to an interface does not hide what it is.</summary>
    private static bool MayBeOf(Call call, INamedTypeSymbol type)
    {
        if (call.Operation is not IInvocationOperation { Instance: { } instance } || instance.Unconverted()?.Type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } receiver) return true;
        return IsBase(receiver, type) || IsBase(type, receiver);

        static bool IsBase(INamedTypeSymbol of, INamedTypeSymbol type)
        {
            for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
                if (SymbolEqualityComparer.Default.Equals(at.OriginalDefinition, of.OriginalDefinition)) return true;
            return false;
        }
    }

    private IEnumerable<Entry> Started(Body body, Handover handover, IMethodReferenceOperation? group)
    {
        foreach (var use in _delegates.Of(body, handover))
        {
            var spawn = use.Spawn is { } started ? SpawnOrder.Of(started) : null;
            if (spawn is null && use.Spawn is not null) continue;
            yield return new Entry(use.Body, use.Site, spawn, use.ManyTimes, use.Holds, HasSameThis(body, use.Body, group) ? group : null);
        }
    }

    /// <summary>Whether the group's instance means there what it means here. A delegate in a field is taken to be started by the object that put it there.</summary>
    private static bool HasSameThis(Body body, Body other, IMethodReferenceOperation? group) => other.Outermost == body.Outermost
        || (group?.Instance is IInstanceReferenceOperation && !other.Outermost.Method.IsStatic && SymbolEqualityComparer.Default.Equals(other.Outermost.Method.ContainingType, body.Outermost.Method.ContainingType));

    /// <summary>Whether a call of <paramref name="target"/> may run <paramref name="method"/>: the same, one that it overrides, or an interface's that it implements.</summary>
    private static bool Reaches(IMethodSymbol target, IMethodSymbol method)
    {
        var called = target.ContainingType;
        target = (target.ReducedFrom ?? target).OriginalDefinition;
        target = target.PartialImplementationPart ?? target;
        for (IMethodSymbol? at = method.OriginalDefinition; at is not null; at = at.OverriddenMethod?.OriginalDefinition)
            if (SymbolEqualityComparer.Default.Equals(at, target) || SymbolEqualityComparer.Default.Equals(at.PartialImplementationPart, target)) return true;

        return target is { ContainingType: { TypeKind: TypeKind.Interface } type }
            && method.Name.EndsWith(target.Name, StringComparison.Ordinal)
            && method.ContainingType.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, type.OriginalDefinition) && MayBeOne(called, implemented)
                && implemented.GetMembers(target.Name).Any(member => SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(member)?.OriginalDefinition, method.OriginalDefinition)));
    }

    /// <summary>Whether the two may be one interface when their type parameters are known: an <c>IHandle&lt;Started></c> is no <c>IHandle&lt;Stopped></c>.</summary>
    private static bool MayBeOne(INamedTypeSymbol x, INamedTypeSymbol y)
    {
        for (var i = 0; i < x.TypeArguments.Length; i++)
            if (x.TypeArguments[i].TypeKind is not TypeKind.TypeParameter && y.TypeArguments[i].TypeKind is not TypeKind.TypeParameter && !SymbolEqualityComparer.Default.Equals(x.TypeArguments[i].OriginalDefinition, y.TypeArguments[i].OriginalDefinition)) return false;
        return true;
    }

    /// <summary>The name by which others call it; null if they call it by none.</summary>
    public static string? NameOf(IMethodSymbol method) => method.MethodKind switch
    {
        MethodKind.Ordinary => method.Name,
        MethodKind.ExplicitInterfaceImplementation => method.Name.Substring(method.Name.LastIndexOf('.') + 1),
        MethodKind.PropertyGet or MethodKind.PropertySet when method.AssociatedSymbol is IPropertySymbol { IsIndexer: false } property => property.Name.Substring(property.Name.LastIndexOf('.') + 1),
        _ => null,
    };
}
