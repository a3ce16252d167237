using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4004: one step that makes it once, a second test under the lock, volatile; or a lock around test and change.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LazyInitializationCodeFix))]
public sealed class LazyInitializationCodeFix() : TextCodeFixProvider("TDM4004")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (CollectionSteps.Of(model, reported, diagnostic, cancellationToken) is not { } steps) yield break;
        if (diagnostic.Properties.ContainsKey(DoubleCheck.IsPlainFlag))
        {
            if (VolatileField.Of(steps.Check) is { } isVolatile) yield return isVolatile;
            yield break;
        }

        var act = steps.Acts.Count == 0 ? steps.Check : steps.Acts[0];
        if (act.Syntax.FirstAncestorOrSelf<LockStatementSyntax>() is { } held && !held.Span.Contains(reported.Span))
        {
            if (act is ISimpleAssignmentOperation { Value.Type.IsReferenceType: true, Syntax: AssignmentExpressionSyntax assignment } && IsNullTest(steps.Check))
                yield return new("Test again under the lock", "TestAgain", [new TextChange(assignment.OperatorToken.Span, "??=")]);
            yield break;
        }

        if ((OnceInitialized.Of(steps, act) ?? ExchangedFlag.Of(steps)) is { } once) yield return once;
        if (LockHolds.Of(model, reported, [.. steps.Acts.Select(static act => act.Syntax)]) is { } holds && ChosenLock.Around(model, holds, diagnostic) is { } locked)
            yield return new($"Test and set it under {locked.Title}", "LockTestAndSet", locked.Changes);
    }

    /// <summary><c>_x == null</c>, <c>_x is null</c></summary>
    internal static bool IsNullTest(IOperation check) => check.Outermost().Parent switch
    {
        IBinaryOperation binary => binary.LeftOperand.ConstantValue is { HasValue: true, Value: null } || binary.RightOperand.ConstantValue is { HasValue: true, Value: null },
        IIsPatternOperation or ICoalesceOperation => true,
        _ => false,
    };
}
