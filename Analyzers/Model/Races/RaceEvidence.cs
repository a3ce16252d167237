using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Why a place is taken to be used by several threads: what a message says after "but", and where to look.</summary>
internal sealed record RaceEvidence(string Text, ImmutableArray<Location> Places)
{
    public static RaceEvidence? For(CheckThenAct found, Concurrency concurrency) =>
        OfPartialHold(found) ?? OfAnnotation(found) ?? OfDeclaredGuard(found) ?? OfOverlap(found, concurrency) ?? OfGuard(found, concurrency);

    /// <summary>A lock that is taken for half of it shows that somebody else takes it, too.</summary>
    private static RaceEvidence? OfPartialHold(CheckThenAct found)
    {
        if (found.PartialHolds.FirstOrDefault(hold => hold.Lock.Symbol is not null) is not { Lock.Symbol: { } held }) return null;
        bool atCheck = IsHeld(found.Check, found.Read, held), atAct = IsHeld(found.Act, found.Write, held);
        var text = atCheck && atAct ? $"'{held.Name}' is released in between" : $"only the {(atAct ? "change" : "check")} holds '{held.Name}'";
        return new RaceEvidence(text, []);
    }

    private static RaceEvidence? OfAnnotation(CheckThenAct found)
    {
        var annotated = new ISymbol?[] { found.Body.Outermost.Method, found.Body.Outermost.Method.AssociatedSymbol, found.Place.Symbol, found.Place.Symbol?.ContainingType }
            .FirstOrDefault(static symbol => symbol.IsMarked("ThreadSafeAttribute"));
        return annotated is null || IsUnshared(found) ? null : new RaceEvidence($"'{annotated.Name}' is marked [ThreadSafe] and no lock covers both", []);
    }

    private static RaceEvidence? OfDeclaredGuard(CheckThenAct found) =>
        !IsUnshared(found) && Guards.DeclaredGuardOf(found.Place) is { } guard
            ? new RaceEvidence($"it is declared as guarded by '{guard.Name}', which does not cover both", [.. guard.Locations.Take(1)])
            : null;

    private static RaceEvidence? OfOverlap(CheckThenAct found, Concurrency concurrency)
    {
        if (concurrency.OverlapAt(found.Body, found.Act, found.Place) is not { } overlap) return null;
        var from = found.Check.Operation.Syntax.SyntaxTree;
        var starts = new[] { overlap.Mine.Start, overlap.Other.Start }.OfType<IOperation>().Distinct().ToArray();
        var started = $"(started {string.Join(" and ", starts.Select(start => Where(start, from)).Distinct())})";
        string mine = Name(found.Body.Method), other = Name(overlap.Changer);

        var text = (overlap.Mine.Life, overlap.Other.Life) switch
        {
            (not null, not null) when mine == other => overlap.Mine.Spawn is null ? $"several calls of {mine} are under way at once {started}" : $"{mine} runs on several threads {started}",
            (not null, null) => $"{other} changes it too, while {mine} runs on another thread {started}",
            _ => $"{other} changes it too, on another thread {started}",
        };
        return new RaceEvidence($"{text} and no lock covers both", [.. starts.Select(static start => start.Syntax.GetLocation())]);
    }

    private static RaceEvidence? OfGuard(CheckThenAct found, Concurrency concurrency)
    {
        if (IsUnshared(found) || found.Place.Symbol is not { ContainingType.IsReferenceType: true }) return null;
        if (concurrency.GuardOf(found.Place, found.Body) is not { } guard) return null;
        return new RaceEvidence($"{Name(guard.Body.Method)} changes it under '{guard.Lock.Name}' ({Where(guard.Access.Operation, found.Check.Operation.Syntax.SyntaxTree)}) and no lock covers both", [guard.Access.Operation.Syntax.GetLocation()]);
    }

    private static bool IsHeld(Step step, Access access, ISymbol held) =>
        step.Holds.Concat(access.Holds).Any(hold => SymbolEqualityComparer.Default.Equals(hold.Lock.Symbol, held));

    /// <summary>An object that this body made itself, and shows to no lambda.</summary>
    private static bool IsUnshared(CheckThenAct found) =>
        found.Place is { Root: PlaceRoot.Variable, Variable: ILocalSymbol local } && !found.Body.Locals.IsCaptured(local);

    private static string Name(IMethodSymbol method) => method switch
    {
        { MethodKind: MethodKind.AnonymousFunction } => "this lambda",
        { AssociatedSymbol: { } property } => $"'{property.Name}'",
        { MethodKind: MethodKind.Constructor or MethodKind.StaticConstructor } => $"the constructor of '{method.ContainingType.Name}'",
        { CanBeReferencedByName: false } => "the program",
        _ => $"'{method.Name}'",
    };

    private static string Where(IOperation operation, SyntaxTree from)
    {
        var line = $"on line {Line(operation)}";
        return operation.Syntax.SyntaxTree == from ? line : $"in {Path.GetFileName(operation.Syntax.SyntaxTree.FilePath)} {line}";
    }

    public static int Line(IOperation operation) => operation.Syntax.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}

internal static class AnnotationExtensions
{
    /// <summary>Whether the symbol carries that attribute of Tandem's.</summary>
    public static bool IsMarked(this ISymbol? symbol, string attribute) => symbol?.Annotation(attribute) is not null;

    /// <summary>That attribute of Tandem's on the symbol, if it carries it.</summary>
    public static AttributeData? Annotation(this ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(data => data.AttributeClass is { ContainingNamespace: { Name: "Tandem", ContainingNamespace.IsGlobalNamespace: true } } type && type.Name == attribute);
}
