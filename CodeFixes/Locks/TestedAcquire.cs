using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>
/// The changes that release a lock only if it was acquired: <c>var taken = x.Wait(10); … if (taken) x.Release();</c>. Null where the acquire
/// or the release is not a statement that allows it.
/// </summary>
internal static class TestedAcquire
{
    public static List<TextChange>? Of(SourceText text, InvocationExpressionSyntax acquire, InvocationExpressionSyntax release, SemanticModel model)
    {
        if (Statement(release) is not { } guarded) return null;

        // What tests already whether the lock was taken, and does so wrongly or where the value is wrong, is not mended by one more test.
        if (AcquireResult.FlagOf(acquire) is { } tested && IsTested(release, tested)) return null;

        var result = AcquireResult.Result(acquire);
        var changes = new List<TextChange>();
        if ((KnownFlag(acquire, result, guarded, model) ?? Keep(text, acquire, result, release, model, changes)) is not { } flag) return null;

        // What else gives it back may do so without it, too.
        foreach (var statement in OthersOf(release, acquire).Select(Statement).OfType<ExpressionStatementSyntax>().Append(guarded))
            changes.Add(new TextChange(new TextSpan(statement.SpanStart, 0), $"if ({flag}) "));
        return changes;
    }

    /// <summary>The other releases, in the same words, of the one acquire: in the catch blocks and the block of the try whose release is wrong.</summary>
    private static IEnumerable<InvocationExpressionSyntax> OthersOf(InvocationExpressionSyntax release, InvocationExpressionSyntax acquire)
    {
        var function = FunctionGraphs.FunctionAround(release)!;
        var calls = FunctionGraphs.OwnNodes(function).OfType<InvocationExpressionSyntax>().ToList();
        // Which of two acquires a release belongs to, its words don't tell.
        if (calls.Count(call => LockNames.CalledName(call) == LockNames.CalledName(acquire)) != 1) return [];
        return calls.Where(call => call != release && call.SpanStart > acquire.Span.End && SyntaxFactory.AreEquivalent(call, release) && call.Ancestors().OfType<TryStatementSyntax>().Any(attempt => attempt.Span.Contains(release.Span)) && call.FirstAncestorOrSelf<IfStatementSyntax>() is null);
    }

    private static bool IsTested(InvocationExpressionSyntax release, string flag) =>
        release.Ancestors().TakeWhile(static node => !FunctionGraphs.IsFunction(node)).OfType<IfStatementSyntax>()
            .Any(test => test.Condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == flag));

    private static ExpressionStatementSyntax? Statement(InvocationExpressionSyntax release)
    {
        var whole = release.Parent is ConditionalAccessExpressionSyntax conditional ? (ExpressionSyntax)conditional : release;
        return whole.Parent is ExpressionStatementSyntax { Parent: not (IfStatementSyntax { Else: not null } or LabeledStatementSyntax) } statement ? statement : null;
    }

    /// <summary>The local that tells already whether the lock was taken, if it is in sight of the release.</summary>
    private static string? KnownFlag(InvocationExpressionSyntax acquire, ExpressionSyntax result, StatementSyntax release, SemanticModel model)
    {
        var name = result.Parent switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => variable.Identifier.ValueText,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: not "_" } local, Parent: ExpressionStatementSyntax } => local.Identifier.ValueText,
            _ => acquire.ArgumentList.Arguments.Where(static argument => argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword)).Select(static argument => argument.Expression).OfType<IdentifierNameSyntax>().FirstOrDefault()?.Identifier.ValueText,
        };
        return name is not null && model.LookupSymbols(release.SpanStart, name: name).FirstOrDefault() is ILocalSymbol { Type.SpecialType: SpecialType.System_Boolean } ? name : null;
    }

    /// <summary>Keeps what <paramref name="result"/> tells in a new local.</summary>
    private static string? Keep(SourceText text, InvocationExpressionSyntax acquire, ExpressionSyntax result, InvocationExpressionSyntax release, SemanticModel model, List<TextChange> changes)
    {
        var block = acquire.Ancestors().OfType<BlockSyntax>().FirstOrDefault(block => block.Span.Contains(release.Span));
        var top = block?.Statements.FirstOrDefault(statement => statement.Span.Contains(acquire.Span));
        if (top is null || WrapStatements.Of(text, [top]) is not { } front || NewName(acquire) is not { } flag) return null;

        // The constructor of an owned mutex, a lock that is found in an initializer: no statement to stand behind.
        if (model.GetTypeInfo(result).Type?.SpecialType != SpecialType.System_Boolean)
        {
            if (result.Parent is not ExpressionStatementSyntax { Parent: BlockSyntax } statement || statement == top) return null;
            changes.AddRange([front.Precede([$"var {flag} = false;"]), Behind(text, statement, $"{flag} = true;")]);
            return flag;
        }

        var dropped = result.Parent is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" } } assignment ? assignment : null;
        if ((dropped ?? result).Parent == top && top is ExpressionStatementSyntax)
        {
            changes.Add(dropped is null ? new TextChange(new TextSpan(top.SpanStart, 0), $"var {flag} = ") : new TextChange(dropped.Left.Span, $"var {flag}"));
        }
        else if (top is IfStatementSyntax branch && (branch.Condition == result || branch.Condition is PrefixUnaryExpressionSyntax { Operand: var operand } && operand == result))
        {
            changes.AddRange([front.Precede([$"var {flag} = {result};"]), new TextChange(result.Span, flag)]);
        }
        else
        {
            var kept = dropped is null ? $"{flag} = {result}" : $"{flag} = {dropped.Right}";
            var whole = (ExpressionSyntax?)dropped ?? result;
            changes.AddRange([front.Precede([$"var {flag} = false;"]), new TextChange(whole.Span, whole.Parent is ExpressionStatementSyntax ? kept : $"({kept})")]);
        }

        return flag;
    }

    private static TextChange Behind(SourceText text, StatementSyntax statement, string next)
    {
        if (!WrapStatements.OwnsItsLines(text, statement)) return new TextChange(new TextSpan(statement.Span.End, 0), " " + next);
        var first = text.Lines.GetLineFromPosition(statement.SpanStart);
        var last = text.Lines.GetLineFromPosition(statement.Span.End);
        return new TextChange(new TextSpan(last.End, 0), text.ToString(TextSpan.FromBounds(last.End, last.EndIncludingLineBreak)) + text.ToString(TextSpan.FromBounds(first.Start, statement.SpanStart)) + next);
    }

    private static string? NewName(SyntaxNode node)
    {
        var function = FunctionGraphs.FunctionAround(node)?.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? node.SyntaxTree.GetRoot();
        var known = new HashSet<string>(function.DescendantTokens().Where(static token => token.IsKind(SyntaxKind.IdentifierToken)).Select(static token => token.ValueText));
        return new[] { "taken", "lockTaken", "acquired", "wasTaken" }.FirstOrDefault(name => !known.Contains(name));
    }
}
