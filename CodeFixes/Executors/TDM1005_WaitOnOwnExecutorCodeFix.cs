using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Executors;

/// <summary>TDM1005: calls the work directly, which the worker is as good for as any other, or awaits it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(WaitOnOwnExecutorCodeFix))]
public sealed class WaitOnOwnExecutorCodeFix() : TextCodeFixProvider(Descriptors.WaitOnOwnExecutor.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (reported is not ExpressionSyntax wait || Waited(wait) is not { } task) yield break;

        var direct = task is IdentifierNameSyntax name ? ThroughLocal(model, name, cancellationToken) : Submitted(model, task, cancellationToken) is { } call ? [new(wait.Span, Enclosed(call, wait))] : null;
        if (direct is not null) yield return new("Call it directly", "CallDirectly", [.. direct]);

        if (Awaited(wait, task) is { } awaited && FunctionGraphs.FunctionAround(wait) is { } function)
        {
            if (FunctionGraphs.MayAwait(function)) yield return new("Await it", "Await", [new(wait.Span, awaited)]);
            else if (function is LambdaExpressionSyntax lambda) yield return new("Await it", "Await", [new(new TextSpan(Head(lambda).SpanStart, 0), "async "), new(wait.Span, awaited)]);
        }
    }

    /// <summary>The task that <paramref name="wait"/> waits for; null where it is a wait for several.</summary>
    private static ExpressionSyntax? Waited(ExpressionSyntax wait) => wait switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetResult", Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetAwaiter", Expression: var task } } } } => task,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait", Expression: var task }, ArgumentList.Arguments.Count: 0 } => task,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "WaitAll" or "WaitAny" }, ArgumentList.Arguments: { Count: 1 } arguments } => arguments[0].Expression,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "WaitAll" or "WaitAny" } } all => all,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Result", Expression: var task } => task,
        _ => null,
    };

    private static string? Awaited(ExpressionSyntax wait, ExpressionSyntax task) => wait switch
    {
        // What WaitAny gives is an index.
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: { Identifier.ValueText: "WaitAll" or "WaitAny" } name } } call when wait.Parent is ExpressionStatementSyntax || name.Identifier.ValueText == "WaitAll" =>
            "await " + call.ToString().Remove(name.SpanStart - call.SpanStart, name.Span.Length).Insert(name.SpanStart - call.SpanStart, name.Identifier.ValueText.Replace("Wait", "When")),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "WaitAny" } } => null,
        _ => Enclosed($"await {task}", wait),
    };

    /// <summary><c>var left = pool.Submit(Sum, node); … left.Result</c> becomes <c>var left = Sum(node); … left</c>; null where the task is used otherwise.</summary>
    private static IEnumerable<TextChange>? ThroughLocal(SemanticModel model, IdentifierNameSyntax name, CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(name, cancellationToken).Symbol is not ILocalSymbol { DeclaringSyntaxReferences: { Length: 1 } references } local
            || references[0].GetSyntax(cancellationToken) is not VariableDeclaratorSyntax { Initializer.Value: { } value, Parent: VariableDeclarationSyntax { Variables.Count: 1, Type: var type } declaration }
            || Submitted(model, value, cancellationToken) is not { } call || FunctionGraphs.FunctionAround(declaration) is not { } function)
            return null;

        var changes = new List<TextChange> { new(value.Span, call) };
        if (!type.IsVar) changes.Add(new(type.Span, "var"));
        foreach (var mention in function.DescendantNodes().OfType<IdentifierNameSyntax>().Where(node => node.Identifier.ValueText == local.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(node, cancellationToken).Symbol, local)))
        {
            if (mention.AncestorsAndSelf().OfType<ExpressionSyntax>().FirstOrDefault(node => Waited(node) == mention) is not { } wait || wait.Parent is ExpressionStatementSyntax) return null;
            changes.Add(new(wait.Span, local.Name));
        }

        return changes;
    }

    private static string? Submitted(SemanticModel model, ExpressionSyntax task, CancellationToken cancellationToken) =>
        model.GetOperation(task, cancellationToken) is IInvocationOperation { TargetMethod: { Name: "Submit", ContainingType.Name: "Executor" } } submit ? DirectCall(submit) : null;

    /// <summary>The work as a call of the worker's own; null where it is more than that: asynchronous, cancelled by a token, a block of statements.</summary>
    private static string? DirectCall(IInvocationOperation submit)
    {
        if (submit.TargetMethod.Parameters[0].Type is not INamedTypeSymbol { DelegateInvokeMethod.ReturnType: { } returned } || returned.Name is "Task" || submit.Arguments.Any(static argument => argument is { Parameter.Name: "cancellationToken", IsImplicit: false })) return null;

        var arguments = submit.Arguments.Where(static argument => argument.Parameter?.Name.StartsWith("argument", System.StringComparison.Ordinal) == true).Select(static argument => argument.Value.Syntax.ToString()).ToList();
        return submit.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "work")?.Value is not { } handedOver ? null : WorkValue.Unconverted(handedOver) switch
        {
            IMethodReferenceOperation { Syntax: var method } => $"{method}({string.Join(", ", arguments)})",
            IAnonymousFunctionOperation { Syntax: LambdaExpressionSyntax { ExpressionBody: { } body } } when arguments.Count == 0 => body.ToString(),
            _ => null,
        };
    }

    // A statement needs no parentheses, nor does what stands alone behind `=`, `return` or `=>`, or between commas.
    private static string Enclosed(string expression, ExpressionSyntax replaced) =>
        replaced.Parent is ExpressionStatementSyntax or EqualsValueClauseSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax or ArgumentSyntax or AnonymousFunctionExpressionSyntax or AssignmentExpressionSyntax or ParenthesizedExpressionSyntax
        || SyntaxFactory.ParseExpression(expression) is InvocationExpressionSyntax or MemberAccessExpressionSyntax or LiteralExpressionSyntax or SimpleNameSyntax
        || (replaced.Parent is BinaryExpressionSyntax && expression.StartsWith("await ", System.StringComparison.Ordinal))
            ? expression : $"({expression})";

    private static SyntaxNode Head(LambdaExpressionSyntax lambda) => lambda is ParenthesizedLambdaExpressionSyntax { ReturnType: { } returnType } ? returnType : lambda switch
    {
        ParenthesizedLambdaExpressionSyntax parenthesized => parenthesized.ParameterList,
        SimpleLambdaExpressionSyntax simple => simple.Parameter,
        _ => lambda,
    };
}
