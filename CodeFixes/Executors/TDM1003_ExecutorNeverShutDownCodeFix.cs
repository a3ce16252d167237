using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Executors;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Executors;

/// <summary>TDM1003: declares the executor with <c>using</c>, or <c>await using</c> where the code may await.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ExecutorNeverShutDownCodeFix))]
public sealed class ExecutorNeverShutDownCodeFix() : TextCodeFixProvider(Descriptors.ExecutorNeverShutDown.Id)
{
    private const string Key = "DeclareWithUsing";

    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (reported.FirstAncestorOrSelf<StatementSyntax>() is not { } statement || FunctionGraphs.FunctionAround(statement) is not { } function) yield break;

        var (prefix, returns) = FunctionGraphs.MayAwait(function) ? ("await using", []) : Asynchronous.Changes(model, function, cancellationToken) is { } changes ? ("await using", changes) : ("using", ImmutableArray<TextChange>.Empty);
        if (reported.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } access && access.Expression == reported)
        {
            if (!OwnsStatement(call, statement) || model.GetOperation(call, cancellationToken) is not IInvocationOperation operation || IsLazyBeyond(operation)) yield break;

            var name = FreeName(model, function, statement.SpanStart);
            if (WrapStatements.Of(model.SyntaxTree.GetText(cancellationToken), [statement]) is { } wrap)
                yield return new($"Keep it in a variable, declared with '{prefix}'", Key, [.. returns, wrap.Precede([$"{prefix} var {name} = {reported};"]), new TextChange(reported.Span, name)]);
        }
        else if (statement is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0, Declaration.Variables: { Count: 1 } variables } declaration
            && model.GetDeclaredSymbol(variables[0], cancellationToken) is ILocalSymbol executor
            && variables[0].Initializer?.Value.Span.Contains(reported.Span) == true
            // What somebody else has made, they shut down.
            && !diagnostic.Properties.ContainsKey(ExecutorNeverShutDownAnalyzer.IsOneOfOthers)
            && model.GetOperation(declaration, cancellationToken) is { } operation && !OutlivesItsScope(executor, WorkValue.Root(operation)))
        {
            yield return new($"Declare it with '{prefix}'", Key, [.. returns, .. Declare(declaration, prefix)]);
        }
    }

    private static IEnumerable<TextChange> Declare(LocalDeclarationStatementSyntax declaration, string prefix)
    {
        if (declaration.Parent is not SwitchSectionSyntax && ((CSharpParseOptions)declaration.SyntaxTree.Options).LanguageVersion >= LanguageVersion.CSharp8)
            return [new TextChange(new TextSpan(declaration.SpanStart, 0), prefix + " ")];

        // Before C# 8, and directly in a case, there is the statement only.
        var text = declaration.SyntaxTree.GetText();
        var statements = declaration.Parent switch
        {
            BlockSyntax block => block.Statements,
            SwitchSectionSyntax section => section.Statements,
            _ => default,
        };
        if (WrapStatements.Of(text, [.. statements.SkipWhile(statement => statement != declaration).Skip(1)]) is not { } wrap) return [];
        return [WrapStatements.Remove(text, declaration), wrap.Open($"{prefix} ({declaration.Declaration})"), .. wrap.Deepen([]), wrap.Close()];
    }

    /// <summary>Whether something that needs the executor goes further than its block does: a sequence that is enumerated by others.</summary>
    private static bool OutlivesItsScope(ILocalSymbol executor, IOperation body) => body.Descendants().OfType<IInvocationOperation>().Any(call =>
        call.Instance.Unconverted() is ILocalReferenceOperation { Local: var local } && SymbolEqualityComparer.Default.Equals(local, executor) && IsLazyBeyond(call));

    private static bool IsLazyBeyond(IInvocationOperation call)
    {
        if (call.TargetMethod.Name != "Map") return false;
        for (var at = call.Parent; at is not null; at = at.Parent)
        {
            if (at is IAwaitOperation or IForEachLoopOperation) return false;
            if (at is IReturnOperation or IAssignmentOperation) return true;
            if (at is IVariableDeclaratorOperation { Symbol: var results }) return WorkValue.Root(at).Descendants().Any(operation => operation is ILocalReferenceOperation { Local: var local } && SymbolEqualityComparer.Default.Equals(local, results) && operation.Consumer() is IReturnOperation or IAssignmentOperation);
        }

        return false;
    }

    // The executor is made whenever the statement runs, and nothing of the statement runs before.
    private static bool OwnsStatement(ExpressionSyntax call, StatementSyntax statement)
    {
        SyntaxNode at = call;
        while (at.Parent is AwaitExpressionSyntax or ParenthesizedExpressionSyntax or EqualsValueClauseSyntax or VariableDeclaratorSyntax or VariableDeclarationSyntax
            || at.Parent is MemberAccessExpressionSyntax access && access.Expression == at || at.Parent is InvocationExpressionSyntax invocation && invocation.Expression == at
            || at.Parent is AssignmentExpressionSyntax { Left: IdentifierNameSyntax } assignment && assignment.Right == at)
            at = at.Parent;
        return at.Parent == statement && statement is ExpressionStatementSyntax or LocalDeclarationStatementSyntax or ReturnStatementSyntax || at.Parent is CommonForEachStatementSyntax each && each.Expression == at && each == statement;
    }

    /// <summary>A name that nothing else has, and that those which come before in the function do not get when all are fixed at once.</summary>
    private static string FreeName(SemanticModel model, SyntaxNode function, int position)
    {
        var before = FunctionGraphs.OwnNodes(function).Count(node => node.SpanStart < position && node is BaseObjectCreationExpressionSyntax { Parent: MemberAccessExpressionSyntax });
        return Enumerable.Range(1, int.MaxValue).Select(static number => number == 1 ? "executor" : $"executor{number}").Where(name => model.LookupSymbols(position, name: name).IsEmpty).ElementAt(before);
    }
}
