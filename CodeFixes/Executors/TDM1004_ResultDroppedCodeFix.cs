using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Executors;
using Tandem.Analyzers.Flow;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Executors;

/// <summary>TDM1004: awaits the task, enumerates the sequence, or says with <c>_ =</c> that nobody cares.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ResultDroppedCodeFix))]
public sealed class ResultDroppedCodeFix() : TextCodeFixProvider(Descriptors.ResultDropped.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (reported.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } submit || model.GetOperation(submit, cancellationToken) is not IInvocationOperation call
            || DroppedResult.Of(call, cancellationToken) is not { Value: { Syntax: ExpressionSyntax value, Type: { } type } operation } dropped
            || FunctionGraphs.FunctionAround(value) is not { } function)
            return [];

        var mayAwait = FunctionGraphs.MayAwait(function);
        // What goes: the variable that nobody reads is not declared at all, where that is its only mention.
        var head = Head(value, dropped.Holder);
        return (dropped.Holder, head) switch
        {
            (_, { } start) when call.TargetMethod.Name == "Map" => Enumerate(value, start, mayAwait),
            (_, { } start) => Look(value, type, start, mayAwait, isConditional: operation is IConditionalAccessOperation),
            (ILocalSymbol { Type: var kind } local, null) when IsSequenceOfTasks(kind) => AwaitAll(local, function, mayAwait),
            (not null, null) when mayAwait && value.Parent is AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax } assignment && call.TargetMethod.Name == "Submit" && IsTask(type) =>
                [new("Await it", "Await", [new(new TextSpan(assignment.SpanStart, 0), "await ("), new(new TextSpan(assignment.Span.End, 0), ")")])],
            _ => [],
        };
    }

    /// <summary>What stands before the value and has no meaning without a reader: nothing, or <c>var task = </c>; null where the variable stays.</summary>
    private static TextSpan? Head(ExpressionSyntax value, ISymbol? holder) => (holder, value.Parent) switch
    {
        (null, _) => new TextSpan(value.SpanStart, 0),
        (ILocalSymbol local, EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax statement } } }) when !IsMentioned(local, statement) =>
            TextSpan.FromBounds(statement.SpanStart, value.SpanStart),
        _ => null,
    };

    private static bool IsMentioned(ILocalSymbol local, LocalDeclarationStatementSyntax declaration) =>
        (declaration.Parent is GlobalStatementSyntax { Parent: { } unit } ? unit : declaration.Parent)?.DescendantNodes().Any(node => node is IdentifierNameSyntax name && name.Identifier.ValueText == local.Name) == true;

    private static IEnumerable<TextFix> Look(ExpressionSyntax value, ITypeSymbol type, TextSpan head, bool mayAwait, bool isConditional)
    {
        // `await pool?.Submit(work)` awaits null where there is no pool.
        if (mayAwait && IsTask(type) && !isConditional) yield return new("Await it", "Await", [new(head, "await ")]);
        if (mayAwait && IsSequenceOfTasks(type)) yield return new("Await all of them", "Await", [new(head, "await Task.WhenAll("), new(new TextSpan(value.Span.End, 0), ")")]);
        yield return new("Discard it with '_ ='", "Discard", [new(head, "_ = ")]);
    }

    private static IEnumerable<TextFix> Enumerate(ExpressionSyntax value, TextSpan head, bool mayAwait)
    {
        if (value.FirstAncestorOrSelf<StatementSyntax>() is not { } statement || value.Parent != statement && head.Length == 0) yield break;

        var semicolon = TextSpan.FromBounds(value.Span.End, statement.Span.End);
        yield return mayAwait
            ? new("Enumerate it", "Await", [new(head, "await foreach (var _ in "), new(semicolon, ") { }")])
            : new("Enumerate it", "Await", [new(head, "foreach (var _ in "), new(semicolon, ".ToBlockingEnumerable()) { }")]);
    }

    /// <summary>Awaits what is in a collection, or waits for it, behind the last statement that fills it.</summary>
    private static IEnumerable<TextFix> AwaitAll(ILocalSymbol tasks, SyntaxNode function, bool mayAwait)
    {
        var declaration = tasks.DeclaringSyntaxReferences[0].GetSyntax().FirstAncestorOrSelf<StatementSyntax>();
        IEnumerable<StatementSyntax> statements = declaration?.Parent switch
        {
            BlockSyntax block => block.Statements,
            GlobalStatementSyntax { Parent: CompilationUnitSyntax unit } => unit.Members.OfType<GlobalStatementSyntax>().Select(static global => global.Statement),
            _ => [],
        };
        var last = statements.LastOrDefault(statement => statement == declaration || FunctionGraphs.OwnNodes(statement).Any(node => node is IdentifierNameSyntax name && name.Identifier.ValueText == tasks.Name));
        if (last is null || FunctionGraphs.FunctionAround(last) != function) yield break;

        var text = last.SyntaxTree.GetText();
        var isOneLine = !WrapStatements.OwnsItsLines(text, last);
        var line = text.Lines.GetLineFromPosition(last.SpanStart).ToString();
        var indent = isOneLine ? " " : (text.ToString().Contains("\r\n") ? "\r\n" : "\n") + line.Substring(0, line.Length - line.TrimStart().Length);
        yield return mayAwait
            ? new("Await all of them", "Await", [new(new TextSpan(last.Span.End, 0), $"{indent}await Task.WhenAll({tasks.Name});")])
            : new("Wait for all of them", "Await", [new(new TextSpan(last.Span.End, 0), $"{indent}Task.WaitAll({tasks.Name});")]);
    }

    private static bool IsTask(ITypeSymbol type) => type.Name is "Task" or "ValueTask" or "ConfiguredTaskAwaitable";

    private static bool IsSequenceOfTasks(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { ElementType: var element } => IsTask(element),
        INamedTypeSymbol { TypeArguments: { Length: 1 } arguments, Name: "IEnumerable" or "List" or "HashSet" or "ICollection" or "IList" or "IReadOnlyList" or "IReadOnlyCollection" or "Queue" or "Stack" or "ConcurrentBag" or "ConcurrentQueue" } => IsTask(arguments[0]),
        _ => false,
    };
}
