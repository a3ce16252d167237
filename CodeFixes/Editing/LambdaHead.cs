using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>What stands before a lambda's arrow: gets parameters, and the word `static` where the language has it.</summary>
internal static class LambdaHead
{
    public static IEnumerable<TextChange> Changes(SemanticModel model, AnonymousFunctionExpressionSyntax lambda, List<PassedValue> values)
    {
        var parameters = Parameters(lambda);
        var isTyped = lambda is AnonymousMethodExpressionSyntax || parameters?.Parameters.Any(static p => p.Type is not null) is true;
        var added = string.Join(", ", values.Select(value => isTyped ? $"{value.Type.ToMinimalDisplayString(model, lambda.SpanStart)} {value.Escaped}" : value.Escaped));

        var isStatic = lambda.Modifiers.Any(SyntaxKind.StaticKeyword) || ((CSharpParseOptions)lambda.SyntaxTree.Options).LanguageVersion < LanguageVersion.CSharp9;
        if (!isStatic) yield return Insert(Start(lambda), "static ");

        if (added.Length == 0) yield break;
        yield return (lambda, parameters) switch
        {
            (SimpleLambdaExpressionSyntax { Parameter: var only }, _) => new(only.Span, $"({only}, {added})"),
            (AnonymousMethodExpressionSyntax { DelegateKeyword: var keyword }, null) => Insert(keyword.Span.End, $"({added})"),
            (ParenthesizedLambdaExpressionSyntax { ReturnType: null }, { Parameters.Count: 0 }) when values.Count == 1 => new(parameters.Span, added),
            (_, { Parameters.Count: 0 }) => Insert(parameters.CloseParenToken.SpanStart, added),
            _ => Insert(parameters!.CloseParenToken.SpanStart, ", " + added),
        };
    }

    private static ParameterListSyntax? Parameters(AnonymousFunctionExpressionSyntax lambda) => lambda switch
    {
        ParenthesizedLambdaExpressionSyntax parenthesized => parenthesized.ParameterList,
        AnonymousMethodExpressionSyntax method => method.ParameterList,
        _ => null,
    };

    // Behind attributes, before `async`.
    private static int Start(AnonymousFunctionExpressionSyntax lambda) =>
        lambda is LambdaExpressionSyntax { AttributeLists: { Count: > 0 } attributes } ? attributes.Last().GetLastToken().GetNextToken().SpanStart : lambda.SpanStart;

    private static TextChange Insert(int position, string text) => new(new TextSpan(position, 0), text);
}
