using System.Collections.Generic;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>TDM2004: the field becomes a lock that belongs to no thread, and all its uses with it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LockHeldAcrossAwaitCodeFix))]
public sealed class LockHeldAcrossAwaitCodeFix() : TextCodeFixProvider(Descriptors.LockHeldAcrossAwait.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        // What is yielded under the lock is for its author to collect.
        if (!diagnostic.Properties.ContainsKey(LockHeldAcrossAwaitAnalyzer.AsyncLockWouldDo)) yield break;

        var acquire = reported.SyntaxTree.GetRoot(cancellationToken).FindNode(diagnostic.AdditionalLocations[0].SourceSpan, getInnermostNodeForTie: true);
        if (LockOf(acquire, model, cancellationToken) is not { } theLock || FieldLock.Of(theLock, model, cancellationToken) is not { } field || field.MayBeTakenAgain() || new LockReentry(field, model, cancellationToken).IsPossible()) yield break;

        foreach (var kind in new[] { AsyncLock.ThreadLock, AsyncLock.Semaphore })
            if (kind.Replace(field, model) is { } changes) yield return new($"Make '{theLock}' a {kind.TypeName.Substring(kind.TypeName.LastIndexOf('.') + 1)}", kind.TypeName, [.. changes]);
    }

    /// <summary>The expression that names the lock of an acquire.</summary>
    private static ExpressionSyntax? LockOf(SyntaxNode acquire, SemanticModel model, CancellationToken cancellationToken)
    {
        if (acquire is not InvocationExpressionSyntax call || model.GetOperation(call, cancellationToken) is not IInvocationOperation operation) return null;
        if (LockTable.For(model.Compilation).Find(operation) is not { IsAcquire: true }) return null;
        return operation.Instance is null ? call.ArgumentList.Arguments[0].Expression : (call.Expression as MemberAccessExpressionSyntax)?.Expression;
    }
}
