using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Which lock a fix should take: the one that guards the place already, or a new one and where it belongs. Travels in a diagnostic's properties.</summary>
internal static class LockChoice
{
    /// <summary>The expression of the lock that is there.</summary>
    public const string Existing = nameof(Existing);

    /// <summary>The state that a new lock is to guard, which it is named after; and, of these, where it goes.</summary>
    public const string State = nameof(State), Home = nameof(Home);

    /// <summary>A new lock is a field of the type that the code is in; a static one; a local beside the local; a field of the type that the state belongs to, reached through <see cref="Owner"/>.</summary>
    public const string InstanceHome = nameof(InstanceHome), StaticHome = nameof(StaticHome), LocalHome = nameof(LocalHome), ObjectHome = nameof(ObjectHome);

    /// <summary>The expression of the object whose state it is.</summary>
    public const string Owner = nameof(Owner);

    public static ImmutableDictionary<string, string?> For(CheckThenAct found, Concurrency concurrency, SemanticModel model) =>
        found.PartialHolds.FirstOrDefault(static hold => hold.Lock.Symbol is not null) is { Lock.Symbol: { } partial } hold
            ? ExistingLock(IsMonitor(hold) ? Text(found.Place, [found.Check.Operation, found.Act.Operation], partial, model) : null)
            : For(found.Body, found.Place, [found.Check.Operation, found.Act.Operation], concurrency, model);

    /// <summary>The lock for the place, to be taken around its <paramref name="uses"/> in the body.</summary>
    public static ImmutableDictionary<string, string?> For(Body body, Place place, ImmutableArray<IOperation> uses, Concurrency concurrency, SemanticModel model)
    {
        if (Guards.DeclaredGuardOf(place) is { } declared) return ExistingLock(Guards.CanBeLocked(declared) ? Text(place, uses, declared, model) : null);
        if (concurrency.GuardOf(place, body) is { } guard) return ExistingLock(IsMonitor(guard.Hold) ? Text(place, uses, guard.Lock, model) : null);
        return HomeOf(body, place) is { } home
            ? ImmutableDictionary<string, string?>.Empty.Add(State, place.Symbol!.Name).Add(Home, home).Add(Owner, OwnerText(place, uses))
            : ImmutableDictionary<string, string?>.Empty;
    }

    private static ImmutableDictionary<string, string?> ExistingLock(string? text) =>
        text is null ? ImmutableDictionary<string, string?>.Empty : ImmutableDictionary<string, string?>.Empty.Add(Existing, text);

    /// <summary>What a <c>lock</c> statement takes, too, and takes again where it is held.</summary>
    private static bool IsMonitor(Hold hold) => hold.Site is ILockOperation
        or IInvocationOperation { TargetMethod.ContainingType: { Name: "Monitor" or "Lock", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } };

    private static string? HomeOf(Body body, Place place)
    {
        var type = body.Outermost.Method.ContainingType;
        return place.Root switch
        {
            PlaceRoot.Static when SymbolEqualityComparer.Default.Equals(place.Symbol!.ContainingType.OriginalDefinition, type.OriginalDefinition) => StaticHome,
            PlaceRoot.This when type.TypeKind is TypeKind.Class => InstanceHome,
            PlaceRoot.Variable when place.Links.IsEmpty && place.Variable is ILocalSymbol => LocalHome,
            PlaceRoot.Variable when place is { Links.Length: 1, Symbol.ContainingType.TypeKind: TypeKind.Class } => ObjectHome,
            _ => null,
        };
    }

    /// <summary>How the code at the first use can name the lock; null if it cannot.</summary>
    private static string? Text(Place place, ImmutableArray<IOperation> uses, ISymbol held, SemanticModel model)
    {
        var position = uses[0].Syntax.SpanStart;
        if (held is ILocalSymbol or IParameterSymbol) return held.Name;
        if (!model.IsAccessible(position, held)) return null;
        if (held.IsStatic) return $"{held.ContainingType.ToMinimalDisplayString(model, position)}.{held.Name}" is var full && model.LookupSymbols(position, name: held.Name).Contains(held, SymbolEqualityComparer.Default) ? held.Name : full;
        return place.Root is PlaceRoot.This && place.Links.Length == 1 ? held.Name : OwnerText(place, uses) is { } owner ? $"{owner}.{held.Name}" : null;
    }

    /// <summary>The receiver through which the code reads or writes the place: <c>account</c> of <c>account.Balance</c>.</summary>
    private static string? OwnerText(Place place, ImmutableArray<IOperation> uses) => uses
        .SelectMany(static operation => operation.Syntax.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>())
        .FirstOrDefault(access => access.Name.Identifier.ValueText == place.Symbol!.Name && access.Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax)?.Expression.ToString();
}
