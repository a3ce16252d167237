using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers;
using Tandem.Analyzers.Locks;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>TDM2009: a <c>lock</c> around the call, with the state that it tells of.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(WaitWithoutLockCodeFix))]
public sealed class WaitWithoutLockCodeFix() : TextCodeFixProvider(Descriptors.WaitWithoutLock.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        // Under another lock, a second one would be an order of locks that nobody has thought about.
        if (!diagnostic.Properties.ContainsKey(WaitWithoutLockAnalyzer.HoldsNothing) || reported is not InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } call) yield break;

        // The monitor of a Lock is not what a lock statement takes.
        var theLock = arguments[0].Expression;
        if (model.GetTypeInfo(theLock, cancellationToken).Type is { Name: "Lock", ContainingNamespace.Name: "Threading" }) yield break;

        if (LockRange.Lock(model, Covered(call), theLock.ToString()) is { } change) yield return new($"Lock '{theLock}' around it", "LockAround", [change]);
    }

    /// <summary>The call with the test that it waits for, or the state that it has just set.</summary>
    private static SyntaxNode[] Covered(InvocationExpressionSyntax call)
    {
        if (call.FirstAncestorOrSelf<StatementSyntax>() is not { } statement || call.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is { ExpressionBody: not null }) return [call];
        if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" })
        {
            SyntaxNode around = statement;
            while (around.Parent is BlockSyntax or IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax && around.Parent is not BlockSyntax { Parent: not (IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax) }) around = around.Parent;
            return [around];
        }

        // `_ready = true; Monitor.Pulse(_gate);`
        var before = statement.Parent is BlockSyntax block && block.Statements.IndexOf(statement) is > 0 and var index ? block.Statements[index - 1] : null;
        return before is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } } ? [before, statement] : [statement];
    }
}
