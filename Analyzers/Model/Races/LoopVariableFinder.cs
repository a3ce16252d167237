using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds work that is started in a loop and reads a variable that the next round changes, and that all rounds share.</summary>
internal sealed class LoopVariableFinder(Concurrency concurrency) : RaceFinder
{
    public override bool MayFindIn(MemberNames member) => member.HasLoop && member.Captured.Count > 0 && member.Assigned.Overlaps(member.Captured) && concurrency.Bodies.Names.MayRace(member);

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        // One report a variable and piece of work, where it is first read.
        foreach (var work in body.Nested)
            foreach (var start in concurrency.StartsOf(work).Where(start => start.Caller == body).Take(1))
                foreach (var reads in ReadsOf(work).GroupBy<ILocalReferenceOperation, ISymbol>(static read => read.Local, SymbolEqualityComparer.Default))
                    if (ChangeOf(body, (ILocalSymbol)reads.Key, start) is { } change) yield return RaceOf([.. reads], start, change);
    }

    /// <summary>What the work reads of the locals around it, and does not write.</summary>
    private static IEnumerable<ILocalReferenceOperation> ReadsOf(Body work)
    {
        var uses = work.Root.Descendants().OfType<ILocalReferenceOperation>().Where(use => !IsDeclaredIn(use.Local, work.Root.Syntax) && use.Parent is not INameOfOperation).ToList();
        var written = uses.Where(static use => WorkValue.IsWritten(use)).Select(static use => use.Local).ToImmutableHashSet<ISymbol>(SymbolEqualityComparer.Default);
        return uses.Where(use => !written.Contains(use.Local));
    }

    /// <summary>Where a loop around the start changes the variable, while the work may still read it.</summary>
    private static Access? ChangeOf(Body body, ILocalSymbol variable, Entry start)
    {
        // The language makes a new one for each round.
        if (body.Locals.IsItem(variable)) return null;

        var life = start.Spawn!.Value.Joins ? Lifetime.Within(start.Site) : Lifetime.Of(body, start.Site);
        foreach (var loop in start.Site.Loops())
        {
            // A variable of each round's own.
            if (IsDeclaredIn(variable, loop.Body.Syntax)) return null;

            // Joined, waited for or awaited before the next round; or there is none.
            if (life.End <= loop.Syntax.Span.End || EndsLoop(start.Site.Syntax, loop.Syntax)) return null;

            if (body.Steps.OfType<Access>().FirstOrDefault(access => IsChange(access, variable) && IsRepeated(access.Operation, loop)) is { } change) return change;
        }

        return null;
    }

    private static bool IsChange(Access access, ILocalSymbol variable) =>
        access is { Writes: true, Place: { Root: PlaceRoot.Variable, Links.IsEmpty: true, IsContents: false } place } && SymbolEqualityComparer.Default.Equals(place.Variable, variable);

    private static bool IsRepeated(IOperation operation, ILoopOperation loop) =>
        loop.Contains(operation) && !(loop is IForLoopOperation { Before: var before } && before.Any(part => part.Contains(operation)));

    private static Race RaceOf(ImmutableArray<ILocalReferenceOperation> reads, Entry start, Access change) => new(
        RaceKind.LoopVariable,
        reads[0],
        [.. reads.Skip(1)],
        new RaceEvidence("", [start.Site.Syntax.GetLocation(), change.Operation.Syntax.GetLocation()]),
        [reads[0].Local.Name, RaceEvidence.Line(start.Site), RaceEvidence.Line(change.Operation)],
        ImmutableDictionary<string, string?>.Empty,
        []);

    private static bool IsDeclaredIn(ISymbol variable, SyntaxNode syntax) =>
        variable.DeclaringSyntaxReferences.Any(declaration => declaration.SyntaxTree == syntax.SyntaxTree && syntax.Span.Contains(declaration.Span));

    /// <summary><c>Task.Run(…); break;</c></summary>
    private static bool EndsLoop(SyntaxNode site, SyntaxNode loop)
    {
        for (var at = site; at != loop && at is not null; at = at.Parent)
            if (at.Parent is BlockSyntax block && block.Statements.LastOrDefault() is ReturnStatementSyntax or BreakStatementSyntax or ThrowStatementSyntax) return true;
            else if (at is ReturnStatementSyntax) return true;
        return false;
    }
}
