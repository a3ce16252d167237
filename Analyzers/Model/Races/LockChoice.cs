using System.Collections.Generic;
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

    private static readonly ImmutableDictionary<string, string?> s_none = ImmutableDictionary<string, string?>.Empty;

    public static ImmutableDictionary<string, string?> For(CheckThenAct found, Concurrency concurrency, SemanticModel model, bool coversOthers = false)
    {
        ImmutableArray<IOperation> uses = [found.Check.Operation, found.Act.Operation];
        if (found.PartialHold is not { } hold) return For(found.Body, found.Place, uses, concurrency, model, coversOthers);
        return IsMonitor(hold) && !LockHarm.IsPassedBy(found.Body, found.Place, uses, concurrency) ? ExistingLock(Text(found.Place, uses, hold.Lock, found.Place, model)) : s_none;
    }

    /// <summary>The lock for the place, to be taken around its <paramref name="uses"/> in the body. Empty where none would do.</summary>
    /// <param name="body">The body.</param>
    /// <param name="place">What is to be guarded.</param>
    /// <param name="uses">The uses in the body.</param>
    /// <param name="concurrency">The compilation's concurrency.</param>
    /// <param name="model">The model of the body's file.</param>
    /// <param name="coversOthers">Whether a new lock is taken around the changes elsewhere as well.</param>
    public static ImmutableDictionary<string, string?> For(Body body, Place place, ImmutableArray<IOperation> uses, Concurrency concurrency, SemanticModel model, bool coversOthers = false)
    {
        if (LockHarm.IsPassedBy(body, place, uses, concurrency)) return s_none;
        if (Guards.DeclaredGuardOf(place) is { } declared) return Guards.CanBeLocked(declared) ? ExistingLock(Text(place, uses, declared, model)) : s_none;
        if (concurrency.GuardOf(place, body) is { } guard) return IsMonitor(guard.Hold) ? ExistingLock(Text(place, uses, guard.Lock, guard.Access.Place, model)) : s_none;
        return !LockHarm.IsSecond(body, place, concurrency) && (coversOthers || UnknownChanges(body, place, concurrency).IsEmpty) && HomeOf(body, place) is { } home
            ? s_none.Add(State, place.Symbol!.Name).Add(Home, home).Add(Owner, OwnerText(place, uses))
            : s_none;
    }

    /// <summary>What other members change the place to, but for constants: to put it back is no half of anything.</summary>
    public static IEnumerable<(Body Body, Access Access)> ChangesElsewhere(Body body, Place place, Concurrency concurrency) => concurrency.AccessesOf(place, body).Where(other =>
        other.Access.Writes && other.Body.Outermost != body.Outermost && !Concurrency.IsOnceOnly(other.Body) && other.Access.Value?.ConstantValue.HasValue != true);

    /// <summary>The changes elsewhere that are not reported as well. Without them, a new lock would be half a repair, and the first to tell of the other half.</summary>
    public static ImmutableArray<(Body Body, Access Access)> UnknownChanges(Body body, Place place, Concurrency concurrency) =>
        [.. ChangesElsewhere(body, place, concurrency).Where(other => RaceEvidence.For(other.Body, other.Access.Operation, other.Access.Place, () => concurrency.OverlapAt(other.Body, other.Access, other.Access.Place), concurrency) is null)];

    private static ImmutableDictionary<string, string?> ExistingLock(string? text) =>
        text is null ? s_none : s_none.Add(Existing, text);

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

    /// <summary>How the code at the first use can name the lock that is called <paramref name="held"/> where it goes with <paramref name="beside"/>; null if it cannot.</summary>
    private static string? Text(Place place, ImmutableArray<IOperation> uses, Place held, Place beside, SemanticModel model)
    {
        // An object that is its own lock, or a type: others can lock it, too, and there is a rule for that.
        if (Guards.IsOwner(held, beside)) return null;
        return held.Symbol is { } symbol ? Text(place, uses, symbol, model) : null;
    }

    /// <summary>How the code at the first use can name the field, property or variable that holds the lock; null if it cannot.</summary>
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
