using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>What a diagnostic about an order of locks tells its fix.</summary>
internal static class OrderFacts
{
    /// <summary>Property, present where the two acquires can change places.</summary>
    public const string Swap = nameof(Swap);

    /// <summary>Property: the lock to take first, as the function names it, where it can be taken around the other and again inside.</summary>
    public const string TakeFirst = nameof(TakeFirst);

    /// <summary>Property: the member of the two objects by which they can be ordered.</summary>
    public const string Key = nameof(Key);

    /// <summary>Properties, beside <see cref="Key"/>: the two objects, as the function names them.</summary>
    public const string First = nameof(First), Second = nameof(Second);

    private static readonly SpecialType[] s_keys = [SpecialType.System_Int32, SpecialType.System_Int64, SpecialType.System_UInt32, SpecialType.System_UInt64, SpecialType.System_Int16, SpecialType.System_UInt16];

    public static ImmutableDictionary<string, string?> Of(LockOrder order)
    {
        var facts = ImmutableDictionary<string, string?>.Empty;
        if (order.From == order.To) return KeyOf(order) is { } key ? facts.Add(Key, key.Name).Add(First, Text(order.Held.Lock.Root)).Add(Second, Text(order.Taking.Taken.Lock!.Root)) : facts;
        if (order.Taking.Taken.Lock is not { } taken) return facts;
        if (!order.Taking.IsByCall && IsFixed(taken) && IsFixed(order.Held.Lock)) facts = facts.Add(Swap, "");
        if (IsMonitor(order.Held.Kind) && IsMonitor(order.Taking.Taken.Kind) && IsFixed(taken) && IsNameable(taken)) facts = facts.Add(TakeFirst, taken.ToString());
        return facts;
    }

    private static bool IsMonitor(LockKind kind) => kind is LockKind.Monitor or LockKind.Lock;

    /// <summary>Whether the path names the same lock whatever is held: no step on it changes but the first.</summary>
    private static bool IsFixed(AccessPath path) => !path.IsElement && (path.Owner is not { Owner: not null } owner || (IsReadOnly(owner.Symbol) && IsFixed(owner)));

    private static bool IsReadOnly(ISymbol? symbol) => symbol is IFieldSymbol { IsReadOnly: true } or IPropertySymbol { SetMethod: null or { IsInitOnly: true } };

    /// <summary>A local may be declared between, and the static of another type needs its name.</summary>
    private static bool IsNameable(AccessPath path) => path.Root is { IsThis: true } or { Symbol: IParameterSymbol } && path.Owner is not null || path.Owner is null && path.Symbol is IFieldSymbol { IsStatic: true };

    /// <summary>A number that tells the two objects apart for as long as they live: a read-only <c>Id</c>.</summary>
    private static ISymbol? KeyOf(LockOrder order)
    {
        var (held, taken) = (order.Held.Lock, order.Taking.Taken.Lock!);
        if (order.Taking.IsByCall || order.Held.Kind != order.Taking.Taken.Kind || !IsArgument(held) || !IsArgument(taken)) return null;
        var type = order.From.Part == LockPart.Instance ? order.From.Symbol as INamedTypeSymbol : order.From.Symbol.ContainingType;
        return type?.GetMembers().FirstOrDefault(member => IsKeyName(member.Name, type.Name) && member switch
        {
            IFieldSymbol { IsStatic: false, IsReadOnly: true } field => s_keys.Contains(field.Type.SpecialType),
            IPropertySymbol { IsStatic: false, IsIndexer: false, SetMethod: null or { IsInitOnly: true } } property => s_keys.Contains(property.Type.SpecialType),
            _ => false,
        });
    }

    private static bool IsKeyName(string name, string type)
    {
        var bare = name.TrimStart('_');
        return bare.Equals("Id", StringComparison.OrdinalIgnoreCase) || bare.Equals(type + "Id", StringComparison.OrdinalIgnoreCase) || bare.Equals(type + "Number", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An argument (or <c>this</c>) itself, or a member of it.</summary>
    private static bool IsArgument(AccessPath path) => path.Root is { IsThis: true } or { Symbol: IParameterSymbol or ILocalSymbol } && path.Owner?.Owner is null && !path.IsElement;

    private static string Text(AccessPath root) => root.IsThis ? "this" : root.ToString();
}
