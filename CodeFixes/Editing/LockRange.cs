using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>The fewest statements of one block that cover some pieces of code, and what it takes to lock them together.</summary>
internal sealed class LockRange
{
    private readonly SemanticModel _model;
    private readonly IReadOnlyList<StatementSyntax> _statements;

    public IReadOnlyList<StatementSyntax> Statements => _statements;

    private LockRange(SemanticModel model, IReadOnlyList<StatementSyntax> statements) => (_model, _statements) = (model, statements);

    /// <summary>The statements around <paramref name="nodes"/>; null where they are not in one block.</summary>
    public static LockRange? Around(SemanticModel model, IReadOnlyList<SyntaxNode> nodes)
    {
        var span = TextSpan.FromBounds(nodes.Min(static node => node.SpanStart), nodes.Max(static node => node.Span.End));
        for (SyntaxNode? at = nodes[0]; at is not null and not MemberDeclarationSyntax { Parent: not CompilationUnitSyntax } and not AnonymousFunctionExpressionSyntax; at = at.Parent)
        {
            if (!at.FullSpan.Contains(span)) continue;
            var statements = at switch
            {
                BlockSyntax block => block.Statements,
                SwitchSectionSyntax section => section.Statements,
                CompilationUnitSyntax unit => [.. unit.Members.OfType<GlobalStatementSyntax>().Select(static global => global.Statement)],
                _ => default,
            };
            var covered = statements.Where(statement => statement.Span.IntersectsWith(span)).ToList();
            // The label of a switch section can't be locked with its statements, only the whole switch.
            if (covered.Count > 0 && covered[0].SpanStart <= span.Start) return new LockRange(model, covered);
        }

        return null;
    }

    /// <summary>The change that locks <paramref name="nodes"/> together: their statements, or the expression that is all of a body.</summary>
    public static TextChange? Lock(SemanticModel model, IReadOnlyList<SyntaxNode> nodes, string expression, string? head = null) =>
        LockedExpression.Around(model, nodes) is { } body ? body.Lock(expression, head) : Around(model, nodes)?.Lock(expression, head: head);

    private StatementSyntax First => _statements[0];

    private StatementSyntax Last => _statements[_statements.Count - 1];

    /// <summary>The change that puts the statements into <c>lock (expression) { … }</c>, and takes out the holds of the same lock inside; null where they can't be locked.</summary>
    /// <param name="expression">The lock.</param>
    /// <param name="around">The one statement of the range, where its lock is to be taken after this one, which is taken inside of it now.</param>
    /// <param name="head">How the lock is held; by <c>lock</c>, if that is not said.</param>
    public TextChange? Lock(string expression, LockStatementSyntax? around = null, string? head = null)
    {
        var hazards = new LockHazards(_model, expression, isTakenInside: around is not null);
        if (_statements.Any(Forbids) || (around is null ? _statements.Any(hazards.In) : hazards.In(around.Statement)) || HoistedNames() is not { } hoisted) return null;

        var text = First.SyntaxTree.GetText();
        var range = TextSpan.FromBounds(First.SpanStart, EndWithComment());
        var outer = IndentAt(text, First.SpanStart);
        var newLine = text.Lines[0].EndIncludingLineBreak - text.Lines[0].End == 2 ? "\r\n" : "\n";

        var edits = new List<TextChange>();
        foreach (var held in LocksInside)
            if (held.Expression.ToString() == expression && !LosesComment(held, text)) edits.AddRange(Unwrap(held, text));
        var declarations = string.Concat(hoisted.Select(local => $"{TypeOf(local)} {local.Name};{newLine}{outer}"));
        foreach (var statement in _statements.OfType<LocalDeclarationStatementSyntax>())
            if (hoisted.Any(local => local.Name == statement.Declaration.Variables[0].Identifier.ValueText)) edits.Add(new TextChange(TextSpan.FromBounds(statement.SpanStart, statement.Declaration.Variables[0].SpanStart), ""));
        edits.AddRange(Indented(text, range, edits));

        var body = text.WithChanges(edits.OrderBy(static edit => edit.Span)).ToString(new TextSpan(range.Start, range.Length + edits.Sum(static edit => (edit.NewText?.Length ?? 0) - edit.Span.Length)));
        return new TextChange(range, $"{declarations}{head ?? $"lock ({expression})"}{newLine}{outer}{{{newLine}{outer}    {body}{newLine}{outer}}}");
    }

    /// <summary>A comment at the end of the last line speaks of that line.</summary>
    private int EndWithComment() => Last.GetTrailingTrivia() is var trivia && trivia.Any(SyntaxKind.EndOfLineTrivia)
        ? trivia.Where(static trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia)).Select(static trivia => trivia.Span.End).Append(Last.Span.End).Max()
        : Last.Span.End;

    /// <summary>A monitor belongs to a thread, which an await or a yield may change; and what a scope or a label spans must not be cut.</summary>
    private static bool Forbids(StatementSyntax statement) =>
        statement is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or LocalFunctionStatementSyntax or LabeledStatementSyntax || Suspends(statement);

    /// <summary>Whether the code may go on later, on another thread.</summary>
    public static bool Suspends(SyntaxNode code) =>
        code.DescendantNodesAndSelf(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).Any(static node =>
            node is AwaitExpressionSyntax or YieldStatementSyntax or ForEachStatementSyntax { AwaitKeyword.RawKind: not 0 } or UsingStatementSyntax { AwaitKeyword.RawKind: not 0 });

    /// <summary>The locals that are declared in the range and used after it, which have to be declared before it; null if that can't be done.</summary>
    private List<ILocalSymbol>? HoistedNames()
    {
        if (_model.AnalyzeDataFlow(First, Last) is not { Succeeded: true } flow) return null;
        var used = flow.VariablesDeclared.Where(variable => flow.ReadOutside.Contains(variable, SymbolEqualityComparer.Default) || flow.WrittenOutside.Contains(variable, SymbolEqualityComparer.Default)).ToList();
        var hoisted = new List<ILocalSymbol>();
        foreach (var variable in used)
        {
            if (variable is not ILocalSymbol { IsConst: false, RefKind: RefKind.None, Type: { IsAnonymousType: false, CanBeReferencedByName: true } } local) return null;
            if (!_statements.OfType<LocalDeclarationStatementSyntax>().Any(statement => statement.Declaration.Variables.Count == 1 && statement.Declaration.Variables[0] is { Initializer: not null } declarator && declarator.Identifier.ValueText == local.Name)) return null;
            hoisted.Add(local);
        }

        return hoisted;
    }

    /// <summary>As it is written; <c>var</c> would say that it may be null, even where it is not.</summary>
    private string TypeOf(ILocalSymbol local)
    {
        var declaration = _statements.OfType<LocalDeclarationStatementSyntax>().First(statement => statement.Declaration.Variables[0].Identifier.ValueText == local.Name).Declaration;
        if (!declaration.Type.IsVar) return declaration.Type.ToString();
        var maybeNull = _model.GetTypeInfo(declaration.Variables[0].Initializer!.Value).Nullability.FlowState is NullableFlowState.MaybeNull;
        return (maybeNull || local.Type.IsValueType ? local.Type : local.Type.WithNullableAnnotation(NullableAnnotation.NotAnnotated)).ToMinimalDisplayString(_model, First.SpanStart);
    }

    /// <summary>The locks that are taken while the range runs: those of a lambda or a local function are taken when it runs, by another thread maybe.</summary>
    private IEnumerable<LockStatementSyntax> LocksInside => _statements.SelectMany(static statement => statement.DescendantNodesAndSelf(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))).OfType<LockStatementSyntax>();

    /// <summary>Whether a comment stands beside the head or the braces of the lock, and would go, or move, with them: such a lock stays, and is taken again.</summary>
    private static bool LosesComment(LockStatementSyntax held, SourceText text)
    {
        if (held.Statement is not BlockSyntax { Statements: { Count: > 0 } statements } block) return HasComment(TextSpan.FromBounds(held.SpanStart, held.Statement.SpanStart));
        var head = text.Lines.GetLineFromPosition(block.OpenBraceToken.Span.End).End;
        return HasComment(TextSpan.FromBounds(held.SpanStart, Math.Min(head, statements[0].SpanStart))) || (text.Lines.GetLineFromPosition(block.CloseBraceToken.SpanStart).Start > statements.Last().Span.End && block.CloseBraceToken.TrailingTrivia.Any(IsComment));

        bool HasComment(TextSpan span) => held.DescendantTrivia(span).Any(trivia => span.Contains(trivia.Span) && IsComment(trivia));
        static bool IsComment(SyntaxTrivia trivia) => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia);
    }

    private static IEnumerable<TextChange> Unwrap(LockStatementSyntax held, SourceText text)
    {
        if (held.Statement is not BlockSyntax { Statements: { Count: > 0 } statements } block || held.Parent is not (BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax))
        {
            yield return new TextChange(TextSpan.FromBounds(held.SpanStart, held.Statement.SpanStart), "");
            yield break;
        }

        // Comments before the first statement and after the last one stay: only the lines of the lock and of its braces go.
        var inner = text.Lines.GetLineFromPosition(block.OpenBraceToken.Span.End).End;
        var start = statements[0].SpanStart > inner ? NextText(text, inner) : statements[0].SpanStart;
        yield return new TextChange(TextSpan.FromBounds(held.SpanStart, start), "");
        var close = text.Lines.GetLineFromPosition(block.CloseBraceToken.SpanStart);
        var end = statements.Last().Span.End < close.Start ? text.Lines[close.LineNumber - 1].End : statements.Last().Span.End;
        yield return new TextChange(TextSpan.FromBounds(end, block.CloseBraceToken.Span.End), "");
    }

    /// <summary>One level of indentation for every line of the range, but for those in a string, those whose indentation is taken from a lock that goes, and blank ones.</summary>
    private IEnumerable<TextChange> Indented(SourceText text, TextSpan range, List<TextChange> removed)
    {
        var root = First.SyntaxTree.GetRoot();
        var unwrapped = LocksInside.Where(held => removed.Any(edit => edit.Span.Start == held.SpanStart && held.Statement is BlockSyntax && held.Parent is BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax)).ToList();
        foreach (var line in text.Lines.Where(line => line.Start > range.Start && line.Start < range.End))
        {
            if (text.ToString(line.Span).Trim() is var content && (content.Length == 0 || content[0] == '#') || removed.Any(edit => edit.Span.Contains(line.Start) || edit.Span.End == line.Start)) continue;
            if (unwrapped.Any(held => held.Span.Contains(line.Start)) || root.FindToken(line.Start) is { Span: var token } && token.Start < line.Start && line.Start < token.End) continue;
            yield return new TextChange(new TextSpan(line.Start, 0), "    ");
        }
    }

    private static int NextText(SourceText text, int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position])) position++;
        return position;
    }

    public static string IndentAt(SourceText text, int position)
    {
        var line = text.Lines.GetLineFromPosition(position).ToString();
        return line.Substring(0, line.Length - line.TrimStart().Length);
    }
}
