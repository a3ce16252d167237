using System;
using System.Collections.Generic;
using System.Composition;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Locks;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>Repairs TDM2002: the release goes, or gives back what was acquired, or waits for the acquire to have succeeded.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LockReleasedNotHeldCodeFix))]
[Shared]
public sealed class LockReleasedNotHeldCodeFix() : TextCodeFixProvider(Descriptors.LockReleasedNotHeld.Id)
{
    // One key for all ways: "fix all" repairs each release in the way that its evidence asks for.
    private const string Key = "ReleaseOnlyWhatIsHeld";

    /// <inheritdoc/>
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (Call(reported) is not { } release || diagnostic.AdditionalLocations.Count < 2) yield break;
        if (!Enum.TryParse<StrayRepair>(diagnostic.Properties[StrayFacts.Repair], out var repair)) yield break;

        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        if (Call(root.FindNode(diagnostic.AdditionalLocations[1].SourceSpan, getInnermostNodeForTie: true)) is not { } target) yield break;

        var text = root.GetText();
        var (title, changes) = repair switch
        {
            StrayRepair.Remove => ("Remove the release", Removal(text, target)),
            StrayRepair.Replace when diagnostic.Properties[StrayFacts.Text] is { } right => ("Release what was acquired", [new TextChange(reported.Span, right)]),
            StrayRepair.MoveOut => ("Acquire it before the try block", AcquireBeforeTry.Of(text, target)),
            StrayRepair.Test => ("Release it only if it was acquired", TestedAcquire.Of(text, target, release, model)),
            _ => ("", null),
        };
        if (changes is not null) yield return new TextFix(title, Key, [.. changes]);
    }

    private static InvocationExpressionSyntax? Call(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call => call,
        ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax call } => call,
        _ => null,
    };

    private static List<TextChange>? Removal(SourceText text, InvocationExpressionSyntax release)
    {
        if (LockedSection.Release(release) is not { } statement) return null;

        // A try that nothing follows up is not worth its braces.
        if (statement.Parent is BlockSyntax { Statements.Count: 1, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax { Catches.Count: 0 } existing } } && text.Lines.GetLineFromPosition(existing.SpanStart).End < existing.Span.End)
            return Unwrap.Statement(text, existing, existing.Block) is { } unwrapped ? [.. unwrapped] : null;
        return [.. SectionBlock.Without(text, statement)];
    }
}
