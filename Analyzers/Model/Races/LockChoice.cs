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

    public static ImmutableDictionary<string, string?> For(CheckThenAct found, Concurrency concurrency, SemanticModel model)
    {
        var facts = ImmutableDictionary<string, string?>.Empty;
        if (found.PartialHolds.FirstOrDefault(static hold => hold.Lock.Symbol is not null) is { Lock.Symbol: { } partial } hold)
            return IsMonitor(hold) && Text(found, partial, model) is { } text ? facts.Add(Existing, text) : facts;
        if (Guards.DeclaredGuardOf(found.Place) is { } declared)
            return Guards.CanBeLocked(declared) && Text(found, declared, model) is { } named ? facts.Add(Existing, named) : facts;
        if (concurrency.GuardOf(found.Place, found.Body) is { } guard)
            return IsMonitor(guard.Hold) && Text(found, guard.Lock, model) is { } other ? facts.Add(Existing, other) : facts;
        return HomeOf(found) is { } home ? facts.Add(State, found.Place.Symbol!.Name).Add(Home, home).Add(Owner, OwnerText(found)) : facts;
    }

    /// <summary>What a <c>lock</c> statement takes, too, and takes again where it is held.</summary>
    private static bool IsMonitor(Hold hold) => hold.Site is ILockOperation
        or IInvocationOperation { TargetMethod.ContainingType: { Name: "Monitor" or "Lock", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } };

    private static string? HomeOf(CheckThenAct found)
    {
        var type = found.Body.Outermost.Method.ContainingType;
        var place = found.Place;
        return place.Root switch
        {
            PlaceRoot.Static when SymbolEqualityComparer.Default.Equals(place.Symbol!.ContainingType.OriginalDefinition, type.OriginalDefinition) => StaticHome,
            PlaceRoot.This when type.TypeKind is TypeKind.Class => InstanceHome,
            PlaceRoot.Variable when place.Links.IsEmpty && place.Variable is ILocalSymbol => LocalHome,
            PlaceRoot.Variable when place is { Links.Length: 1, Symbol.ContainingType.TypeKind: TypeKind.Class } => ObjectHome,
            _ => null,
        };
    }

    /// <summary>How the code at the check can name the lock; null if it cannot.</summary>
    private static string? Text(CheckThenAct found, ISymbol held, SemanticModel model)
    {
        var position = found.Check.Operation.Syntax.SpanStart;
        if (held is ILocalSymbol or IParameterSymbol) return held.Name;
        if (!model.IsAccessible(position, held)) return null;
        if (held.IsStatic) return $"{held.ContainingType.ToMinimalDisplayString(model, position)}.{held.Name}" is var full && model.LookupSymbols(position, name: held.Name).Contains(held, SymbolEqualityComparer.Default) ? held.Name : full;
        return found.Place.Root is PlaceRoot.This && found.Place.Links.Length == 1 ? held.Name : OwnerText(found) is { } owner ? $"{owner}.{held.Name}" : null;
    }

    /// <summary>The receiver through which the code reads or writes the place: <c>account</c> of <c>account.Balance</c>.</summary>
    private static string? OwnerText(CheckThenAct found) => new[] { found.Check.Operation, found.Act.Operation }
        .SelectMany(static operation => operation.Syntax.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>())
        .FirstOrDefault(access => access.Name.Identifier.ValueText == found.Place.Symbol!.Name && access.Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax)?.Expression.ToString();
}
