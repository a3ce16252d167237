using System.Collections.Generic;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Locks;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>Repairs TDM2005: the two acquires change places, the second lock is taken around the first, or the two objects are ordered by their key.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LocksInOppositeOrdersCodeFix))]
[Shared]
public sealed class LocksInOppositeOrdersCodeFix() : TextCodeFixProvider(Descriptors.LocksInOppositeOrders.Id)
{
    // One key: "fix all" repairs each place in the way that it allows.
    private const string FixKey = "TakeInOneOrder";

    /// <inheritdoc/>
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        if (diagnostic.AdditionalLocations.Count == 0) yield break;

        var outer = root.FindNode(diagnostic.AdditionalLocations[0].SourceSpan, getInnermostNodeForTie: true);
        var neighbours = AdjacentAcquires.Of(outer, reported);
        if (diagnostic.Properties.ContainsKey(OrderFacts.Key))
        {
            if (neighbours is { Outer: LockStatementSyntax first, Inner: LockStatementSyntax second } && ByKey(root.GetText(), first, second, diagnostic) is { } ordered)
                yield return Fix($"Take them in the order of '{diagnostic.Properties[OrderFacts.Key]}'", ordered);
        }
        else if (neighbours is not null && diagnostic.Properties.ContainsKey(OrderFacts.Swap))
        {
            yield return Fix("Take them in the other order", neighbours.Swap());
        }
        else if (diagnostic.Properties.TryGetValue(OrderFacts.TakeFirst, out var lockToTakeFirst) && outer.FirstAncestorOrSelf<LockStatementSyntax>() is { } held
            && LockRange.Around(model, [held])?.Lock(lockToTakeFirst!, around: held) is { } wrapped)
        {
            yield return Fix($"Take '{lockToTakeFirst}' first", [wrapped]);
        }
    }

    /// <summary><c>var (first, second) = from.Id &lt; to.Id ? (from, to) : (to, from);</c></summary>
    private static IEnumerable<TextChange>? ByKey(SourceText text, LockStatementSyntax outer, LockStatementSyntax inner, Diagnostic diagnostic)
    {
        var (key, one, other) = (diagnostic.Properties[OrderFacts.Key], diagnostic.Properties[OrderFacts.First], diagnostic.Properties[OrderFacts.Second]);
        if (one is null || other is null || outer.Parent is not BlockSyntax) return null;

        var line = text.Lines.GetLineFromPosition(outer.SpanStart);
        var lead = text.ToString(TextSpan.FromBounds(line.Start, outer.SpanStart));
        var separator = lead.Trim().Length == 0 ? text.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak)) + lead : " ";
        return
        [
            new TextChange(new TextSpan(outer.SpanStart, 0), $"var (first, second) = {one}.{key} < {other}.{key} ? ({one}, {other}) : ({other}, {one});{separator}"),
            Renamed(outer.Expression, one, "first"),
            Renamed(inner.Expression, other, "second"),
        ];
    }

    /// <summary><c>from._gate</c> becomes <c>first._gate</c>; a bare <c>_gate</c> is of <c>this</c>.</summary>
    private static TextChange Renamed(ExpressionSyntax theLock, string from, string to) =>
        theLock is MemberAccessExpressionSyntax member && member.Expression.ToString() == from ? new TextChange(member.Expression.Span, to)
        : theLock.ToString() == from ? new TextChange(theLock.Span, to)
        : new TextChange(new TextSpan(theLock.SpanStart, 0), to + ".");

    private static TextFix Fix(string title, IEnumerable<TextChange> changes) => new(title, FixKey, [.. changes]);
}
