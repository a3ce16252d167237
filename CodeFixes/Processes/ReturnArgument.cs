using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Processes;

/// <summary>Makes work return what it changes: `await pool.Submit(list => list.Add(1), list)` becomes `list = await pool.Submit(list => { list.Add(1); return list; }, list)`.</summary>
internal static class ReturnArgument
{
    /// <summary>The changes, or null where the work has a result already, nobody waits for it at once, or the argument is in no variable that can be set.</summary>
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation call, ArgumentSyntax argument)
    {
        if (call is not { TargetMethod.Name: "Submit", Syntax: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax } } }
            || call.TargetMethod.TypeParameters.Any(static parameter => parameter.Name == "TResult")
            || Awaited(call.Syntax) is not { Parent: ExpressionStatementSyntax } awaited
            || !CanBeSet(model, argument.Expression)) return null;

        var crossing = Crossing.Of(call).FirstOrDefault(crossing => crossing.Value?.Syntax == argument.Expression);
        var work = call.Arguments.First(static given => given.Parameter?.Name == "work").Value;
        if (crossing is null || Portability.Of(model.Compilation).FindInResult(crossing.Type, default) is not null) return null;

        var front = new TextChange(new TextSpan(awaited.SpanStart, 0), $"{argument.Expression} = ");
        return WorkValue.Unconverted(work) switch
        {
            IAnonymousFunctionOperation { Syntax: LambdaExpressionSyntax lambda } function when crossing.Number < function.Symbol.Parameters.Length => [front, .. Returning(lambda, Escaped(function.Symbol.Parameters[crossing.Number].Name))],
            IMethodReferenceOperation { Method: { IsStatic: true } method, Syntax: ExpressionSyntax group } => [front, Calling(model, group, method, crossing.Number)],
            _ => null,
        };
    }

    private static ExpressionSyntax? Awaited(SyntaxNode call) => call.Parent switch
    {
        AwaitExpressionSyntax awaited => awaited,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax { Parent: AwaitExpressionSyntax awaited } } => awaited,
        _ => null,
    };

    // A parameter would be set for this method alone, and its caller still has the old object.
    private static bool CanBeSet(SemanticModel model, ExpressionSyntax argument) => model.GetSymbolInfo(argument).Symbol switch
    {
        ILocalSymbol { IsForEach: false, IsUsing: false, IsConst: false, RefKind: RefKind.None } => true,
        IFieldSymbol { IsReadOnly: false, IsStatic: false } => argument is IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax },
        _ => false,
    };

    private static IEnumerable<TextChange> Returning(LambdaExpressionSyntax lambda, string name)
    {
        if (lambda.ExpressionBody is { } expression)
        {
            yield return new(new TextSpan(expression.SpanStart, 0), "{ ");
            yield return new(new TextSpan(expression.Span.End, 0), $"; return {name}; }}");
            yield break;
        }

        foreach (var statement in lambda.Block!.DescendantNodes(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<ReturnStatementSyntax>())
            yield return new(new TextSpan(statement.ReturnKeyword.Span.End, 0), $" {name}");
        if (lambda.Block.Statements.LastOrDefault() is not { } last) yield break;
        if (last is ReturnStatementSyntax or ThrowStatementSyntax) yield break;

        // On a line of its own where the last statement has one.
        var line = last.GetLeadingTrivia().LastOrDefault(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).ToString();
        var isOnItsLine = lambda.Block.CloseBraceToken.GetLocation().GetLineSpan().StartLinePosition.Line > last.GetLocation().GetLineSpan().EndLinePosition.Line;
        var end = lambda.SyntaxTree.GetText().ToString(last.FullSpan).EndsWith("\r\n", System.StringComparison.Ordinal) ? "\r\n" : "\n";
        yield return isOnItsLine ? new(new TextSpan(last.FullSpan.End, 0), $"{line}return {name};{end}") : new(new TextSpan(last.Span.End, 0), $" return {name};");
    }

    // `Submit(Fill, list)` becomes `Submit(static list => { Fill(list); return list; }, list)`.
    private static TextChange Calling(SemanticModel model, ExpressionSyntax group, IMethodSymbol method, int number)
    {
        var names = method.Parameters.Select(static parameter => Escaped(parameter.Name)).ToList();
        var head = names.Count == 1 ? names[0] : $"({string.Join(", ", names)})";
        var isStatic = ((CSharpParseOptions)model.SyntaxTree.Options).LanguageVersion >= LanguageVersion.CSharp9 ? "static " : "";
        var (asynchronous, awaited) = method.ReturnsVoid ? ("", "") : ("async ", "await ");
        return new(group.Span, $"{isStatic}{asynchronous}{head} => {{ {awaited}{group}({string.Join(", ", names)}); return {names[number]}; }}");
    }

    private static string Escaped(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
}
