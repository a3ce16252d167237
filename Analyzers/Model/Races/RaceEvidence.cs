using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Why a place is taken to be used by several threads: what a message says after "but", and where to look.</summary>
internal sealed record RaceEvidence(string Text, ImmutableArray<Location> Places)
{
    public static RaceEvidence? For(CheckThenAct found, Concurrency concurrency)
    {
        if (IsDecidedAgain(found)) return null;
        if (OfPartialHold(found, concurrency) is { } partial) return partial;
        var evidence = For(found.Body, found.Check.Operation, found.Place, () => concurrency.OverlapAt(found.Body, found.Act, found.Place, other => other.Writes && !Initialization.IsKept(found, other)), concurrency, guard => !Initialization.IsKept(found, guard.Access));
        return evidence is null ? null : evidence with { Text = evidence.Text + " and no lock covers both" };
    }

    /// <summary>Why several threads are taken to use the place: it is declared so, two runs overlap, or others lock it.</summary>
    /// <param name="body">The body that uses it.</param>
    /// <param name="from">Where the message will stand.</param>
    /// <param name="place">What is used.</param>
    /// <param name="overlap">Finds the runs that overlap.</param>
    /// <param name="concurrency">The compilation's concurrency.</param>
    /// <param name="counts">Which guards are evidence; all, if it is null.</param>
    public static RaceEvidence? For(Body body, IOperation from, Place place, System.Func<Overlap?> overlap, Concurrency concurrency, System.Func<Guard, bool>? counts = null)
    {
        var isUnshared = IsUnshared(body, place);
        return (isUnshared ? null : OfAnnotation(body, place) ?? OfDeclaredGuard(place))
            ?? (overlap() is { } found ? Of(found, body, from) : null)
            ?? (isUnshared ? null : OfGuard(body, from, place, concurrency, counts ?? (static _ => true)));
    }

    /// <summary>A lock that is taken for half of it shows that somebody else takes it, too.</summary>
    private static RaceEvidence? OfPartialHold(CheckThenAct found, Concurrency concurrency)
    {
        // A local is nobody else's until a lambda that runs beside the body shares it, whatever is locked meanwhile.
        if (found.PartialHold is not { Lock: var held } || found.Place is { Root: PlaceRoot.Variable, Variable: ILocalSymbol, Links.IsEmpty: true }) return null;
        // The one thread that changes it takes the lock for those who read it, and who clear it.
        if (concurrency.OwnThreads.StartOf(found.Body) is not null && concurrency.AccessesOf(found.Place, found.Body).All(other =>
            !other.Access.Writes || Concurrency.IsOnceOnly(other.Body) || concurrency.OwnThreads.AreOne(found.Body, other.Body) || Initialization.IsKept(found, other.Access))) return null;
        bool atCheck = IsHeld(found.Check, found.Read, held), atAct = IsHeld(found.Act, found.Write, held);
        var text = atCheck && atAct ? $"'{held.Name}' is released in between" : $"only the {(atAct ? "change" : "check")} holds '{held.Name}'";
        return new RaceEvidence(text, []);
    }

    private static RaceEvidence? OfAnnotation(Body body, Place place)
    {
        var annotated = new ISymbol?[] { body.Outermost.Method, body.Outermost.Method.AssociatedSymbol, place.Symbol, place.Symbol?.ContainingType }
            .FirstOrDefault(static symbol => symbol.IsMarked("ThreadSafeAttribute"));
        return annotated is null ? null : new RaceEvidence($"'{annotated.Name}' is marked [ThreadSafe]", []);
    }

    private static RaceEvidence? OfDeclaredGuard(Place place) =>
        Guards.DeclaredGuardOf(place) is { } guard ? new RaceEvidence($"it is declared as guarded by '{guard.Name}'", [.. guard.Locations.Take(1)]) : null;

    /// <summary>What a message says of two runs that overlap.</summary>
    public static RaceEvidence Of(Overlap overlap, Body body, IOperation from)
    {
        var tree = from.Syntax.SyntaxTree;
        var starts = new[] { overlap.Mine.Start, overlap.Other.Start }.OfType<IOperation>().Distinct().ToArray();
        var started = $"(started {string.Join(" and ", starts.Select(start => Where(start, tree)).Distinct())})";
        string mine = Name(body.Method), other = Name(overlap.Changer);

        var text = (overlap.Mine.Life, overlap.Other.Life) switch
        {
            (not null, not null) when mine == other => overlap.Mine.Spawn is null ? $"several calls of {mine} are under way at once {started}" : $"{mine} runs on several threads {started}",
            (not null, null) => $"{other} {overlap.Verb} it too, while {mine} runs on another thread {started}",
            _ => $"{other} {overlap.Verb} it too, on another thread {started}",
        };
        return new RaceEvidence(text, [.. starts.Where(static start => !HostedService.IsStart(start)).Select(static start => start.Syntax.GetLocation())]);
    }

    private static RaceEvidence? OfGuard(Body body, IOperation from, Place place, Concurrency concurrency, System.Func<Guard, bool> counts)
    {
        // What is disposed of is used by nobody else any more, if all goes well.
        if (Confinement.IsTearDown(body) && place.Root is PlaceRoot.This) return null;
        if (place.Symbol is not { ContainingType.IsReferenceType: true } || concurrency.GuardOf(place, body, IsOthers) is not { } guard) return null;
        return new RaceEvidence($"{Name(guard.Body.Method)} changes it under '{guard.Lock.Name}' ({Where(guard.Access.Operation, from.Syntax.SyntaxTree)})", [guard.Access.Operation.Syntax.GetLocation()]);

        bool IsOthers(Guard guard) => counts(guard) && !concurrency.OwnThreads.AreOne(guard.Body, body) && !concurrency.IsOver(guard.Body, guard.Access, body, from, place);
    }

    /// <summary>Whether other shared state, looked at under the lock, decides as well: <c>lock (_gate) if (now - _last > _least) { _last = now; _keys = Load(); }</c></summary>
    private static bool IsDecidedAgain(CheckThenAct found)
    {
        if (found.PartialHold is not { Lock: var held } || IsHeld(found.Check, found.Read, held)) return false;
        // `lock (_gate) Volatile.Write(ref _item, _item ?? new());`
        if (found.Write.Value.Unconverted() is ICoalesceOperation { Value: IMemberReferenceOperation { Member: var member } } && SymbolEqualityComparer.Default.Equals(member, found.Place.Symbol)) return true;
        return found.Act.IsDecidedBy(test => test is Access { Place.Root: PlaceRoot.This or PlaceRoot.Static } access && IsHeld(test, access, held));
    }

    private static bool IsHeld(Step step, Access access, Place held) =>
        step.Holds.Concat(access.Holds).Any(hold => hold.Lock.IsKnown && SymbolEqualityComparer.Default.Equals(hold.Lock.Symbol, held.Symbol));

    /// <summary>An object that this body made itself, and shows to no lambda.</summary>
    public static bool IsUnshared(Body body, Place place) =>
        place is { Root: PlaceRoot.Variable, Variable: ILocalSymbol local } && !body.Locals.IsCaptured(local);

    public static string Name(IMethodSymbol method) => method switch
    {
        { MethodKind: MethodKind.AnonymousFunction } => "this lambda",
        { AssociatedSymbol: { } property } => $"'{property.Name}'",
        { MethodKind: MethodKind.Constructor or MethodKind.StaticConstructor } => $"the constructor of '{method.ContainingType.Name}'",
        { CanBeReferencedByName: false } => "the program",
        _ => $"'{method.Name}'",
    };

    private static string Where(IOperation operation, SyntaxTree from)
    {
        if (HostedService.IsStart(operation)) return "by the host";
        var line = $"on line {Line(operation)}";
        return operation.Syntax.SyntaxTree == from ? line : $"in {Path.GetFileName(operation.Syntax.SyntaxTree.FilePath)} {line}";
    }

    public static int Line(IOperation operation) => operation.Syntax.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
