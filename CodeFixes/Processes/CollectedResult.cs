using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Processes;

/// <summary>Work that gives back a lazy sequence collects it into an array: `x => Find(x)` becomes `x => Find(x).ToArray()`.</summary>
internal static class CollectedResult
{
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation call, ITypeSymbol result)
    {
        if (!result.OriginalDefinition.IsOneOf("System.Collections.Generic.IEnumerable`1", "System.Collections.Generic.IAsyncEnumerable`1", "System.Linq.IQueryable`1")) return null;

        // Its items stay what they are: groups, say, which cannot cross either.
        if (Portability.Of(model.Compilation).Find(((INamedTypeSymbol)result).TypeArguments[0], CancellationToken.None) is not null) return null;

        // Type arguments that are written would have to change as well.
        if (call.Syntax is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: IdentifierNameSyntax } or IdentifierNameSyntax }) return null;

        var isAsynchronous = result.Name == "IAsyncEnumerable";
        var collect = isAsynchronous ? ".ToArrayAsync()" : ".ToArray()";
        return call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "work") is { } work ? WorkValue.Unconverted(work.Value).Syntax switch
        {
            LambdaExpressionSyntax { Block: null } lambda when !HasWrittenType(lambda) => [.. Awaited(lambda, isAsynchronous), .. Collected((ExpressionSyntax)lambda.Body, collect)],
            LambdaExpressionSyntax { Block: { } block } lambda when !HasWrittenType(lambda) => [.. Awaited(lambda, isAsynchronous: false), .. Returned(block, isAsynchronous, collect)],
            ExpressionSyntax group when WorkValue.Unconverted(work.Value) is IMethodReferenceOperation { Method: { IsStatic: true } method } => Called(model, group, method, isAsynchronous, collect),
            _ => null,
        } : null;
    }

    private static bool HasWrittenType(LambdaExpressionSyntax lambda) => lambda is ParenthesizedLambdaExpressionSyntax { ReturnType: not null };

    // A block is left that would have to become asynchronous.
    private static IEnumerable<TextChange> Returned(BlockSyntax block, bool isAsynchronous, string collect) =>
        isAsynchronous ? [] : block.DescendantNodes(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<ReturnStatementSyntax>()
            .Where(static statement => statement.Expression is not null).SelectMany(statement => Collected(statement.Expression!, collect));

    private static IEnumerable<TextChange> Awaited(LambdaExpressionSyntax lambda, bool isAsynchronous)
    {
        if (!isAsynchronous) yield break;
        var parameters = lambda is SimpleLambdaExpressionSyntax simple ? simple.Parameter.SpanStart : ((ParenthesizedLambdaExpressionSyntax)lambda).ParameterList.SpanStart;
        if (!lambda.Modifiers.Any(SyntaxKind.AsyncKeyword)) yield return new(new TextSpan(parameters, 0), "async ");
        yield return new(new TextSpan(lambda.Body.SpanStart, 0), "await ");
    }

    private static IEnumerable<TextChange> Collected(ExpressionSyntax sequence, string collect)
    {
        if (sequence is InvocationExpressionSyntax or MemberAccessExpressionSyntax or IdentifierNameSyntax or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax)
        {
            yield return new(new TextSpan(sequence.Span.End, 0), collect);
            yield break;
        }

        yield return new(new TextSpan(sequence.SpanStart, 0), "(");
        yield return new(new TextSpan(sequence.Span.End, 0), ")" + collect);
    }

    // `Submit(Find, 3)` becomes `Submit(static x => Find(x).ToArray(), 3)`.
    private static ImmutableArray<TextChange> Called(SemanticModel model, ExpressionSyntax group, IMethodSymbol method, bool isAsynchronous, string collect)
    {
        var names = method.Parameters.Select(static p => SyntaxFacts.GetKeywordKind(p.Name) == SyntaxKind.None ? p.Name : "@" + p.Name).ToList();
        var head = names.Count == 1 ? names[0] : $"({string.Join(", ", names)})";
        var isStatic = ((CSharpParseOptions)model.SyntaxTree.Options).LanguageVersion >= LanguageVersion.CSharp9 ? "static " : "";
        return [new(group.Span, $"{isStatic}{(isAsynchronous ? "async " : "")}{head} => {(isAsynchronous ? "await " : "")}{group}({string.Join(", ", names)}){collect}")];
    }
}
