using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Editing;

/// <summary>
/// Frees work from what it captures: `Submit(() => Work(x))` becomes `Submit(static x => Work(x), x)`. What is captured must be a value that
/// can cross to another process and is only read; a method of `this` that needs no instance becomes static.
/// </summary>
internal static class PassCaptures
{
    // Submit takes four arguments.
    private const int MostArguments = 4;

    /// <summary>The changes, or null where the captures can't be passed. <paramref name="call"/> is the call that takes the work, null where it is assigned.</summary>
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation? call, IOperation work)
    {
        if (work is IMethodReferenceOperation group) return MakeStatic.MethodGroup(group);
        if (work is not IAnonymousFunctionOperation { Syntax: AnonymousFunctionExpressionSyntax lambda } function) return null;

        var changes = new List<TextChange>();
        var values = new List<PassedValue>();
        var changed = WorkChanges.Of(model.Compilation, function);
        foreach (var capture in WorkCaptures.Of(function))
        {
            // What a local function captures is not for the lambda to give.
            if (!lambda.Span.Contains(capture.Use.Syntax.Span)) return null;

            if (capture.Through is IMethodSymbol method && capture.Variable is null)
            {
                if (MakeStatic.Call(capture.Use, method) is not { } made) return null;
                changes.AddRange(made);
            }
            else if (PassedValue.From(capture, changed) is { } value)
            {
                if (values.Find(known => known.IsSame(value)) is { } first) first.Uses.AddRange(value.Uses);
                else values.Add(value);
            }
            else
            {
                return null;
            }
        }

        return Pass(model, call, lambda, values) is { } passed && Add(changes, passed) ? [.. changes.Distinct()] : null;
    }

    /// <summary>The changes that make the values parameters of the lambda and arguments of the call; null where the call takes no more.</summary>
    public static IEnumerable<TextChange>? Pass(SemanticModel model, IInvocationOperation? call, AnonymousFunctionExpressionSyntax lambda, List<PassedValue> values)
    {
        // A token goes last, as everywhere.
        values = [.. values.OrderBy(static value => value.IsToken)];
        IEnumerable<TextChange> passed = [];
        if (values.Count > 0)
        {
            if (call is null || ArgumentChanges(model, call, values) is not { } arguments) return null;
            passed = arguments;
        }

        Name(values, lambda);
        return [.. passed, .. LambdaHead.Changes(model, lambda, values), .. values.SelectMany(static value => value.Renamings())];
    }

    /// <summary>The changes that hand the values over behind the arguments that are there; null where the call takes no more.</summary>
    public static IEnumerable<TextChange>? ArgumentChanges(SemanticModel model, IInvocationOperation call, List<PassedValue> values)
    {
        if (call.Syntax is not InvocationExpressionSyntax { ArgumentList.Arguments: var arguments } syntax || call.TargetMethod.Name is not ("Submit" or "Start")) return null;

        var handed = call.Arguments.Where(static a => !a.IsImplicit && a.Parameter is { Name: var name } && (name == "work" || name.StartsWith("argument", StringComparison.Ordinal))).ToList();
        // A name would have to change with the overload: `argument` is `argument1` beside a second.
        if (handed.Count - 1 + values.Count > MostArguments || handed.Exists(static a => a.Syntax is ArgumentSyntax { NameColon: not null })) return null;

        var last = arguments[handed.Count - 1];
        var changes = new List<TextChange> { new(new TextSpan(End(last), 0), string.Concat(values.Select(static value => $", {value.Expression}"))) };

        // `Submit<int>(…)` becomes `Submit<string, int>(…)`: the result's type comes last.
        if (syntax.Expression.DescendantNodesAndSelf().OfType<GenericNameSyntax>().LastOrDefault(name => name.Identifier.ValueText == call.TargetMethod.Name) is { TypeArgumentList.Arguments: var types })
        {
            var added = values.Select(value => value.Type.ToMinimalDisplayString(model, syntax.SpanStart));
            var isResultLast = call.TargetMethod.TypeParameters.Last().Name == "TResult";
            changes.Add(isResultLast
                ? new(new TextSpan(types.Last().SpanStart, 0), string.Concat(added.Select(static type => type + ", ")))
                : new(new TextSpan(types.Last().Span.End, 0), string.Concat(added.Select(static type => ", " + type))));
        }

        return changes;
    }

    // A comment behind an argument belongs to it.
    private static int End(ArgumentSyntax argument) =>
        argument.GetTrailingTrivia().LastOrDefault(static trivia => trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)) is { RawKind: not 0 } comment ? comment.Span.End : argument.Span.End;

    // A parameter may have the name of the variable that it stands for; any other name must be free.
    private static void Name(List<PassedValue> values, AnonymousFunctionExpressionSyntax lambda)
    {
        var taken = new HashSet<string>(lambda.DescendantTokens().Where(static token => token.IsKind(SyntaxKind.IdentifierToken)).Select(static token => token.ValueText));
        var mayShadow = ((CSharpParseOptions)lambda.SyntaxTree.Options).LanguageVersion >= LanguageVersion.CSharp8;
        foreach (var value in values)
        {
            value.Name = value.Wish;
            if (value.IsVariable && mayShadow) continue;
            for (var number = 2; taken.Contains(value.Name) || value.IsVariable && value.Name == value.Wish; number++) value.Name = value.Wish + number;
            taken.Add(value.Name);
        }
    }

    private static bool Add(List<TextChange> changes, IEnumerable<TextChange> more)
    {
        changes.AddRange(more);
        return true;
    }
}
