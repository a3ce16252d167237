using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.Analyzers.Races;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>TDM4001: one lock around the check and the act; the one that guards the state already, or a new one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CheckThenActCodeFix))]
public sealed class CheckThenActCodeFix() : TextCodeFixProvider("TDM4001")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (!diagnostic.Properties.TryGetValue(CheckThenActAnalyzer.ActCount, out var count)) yield break;
        var root = reported.SyntaxTree.GetRoot(cancellationToken);
        var acts = diagnostic.AdditionalLocations.Take(int.Parse(count!, CultureInfo.InvariantCulture)).Select(act => root.FindNode(act.SourceSpan, getInnermostNodeForTie: true));
        SyntaxNode[] nodes = [reported, .. acts];

        // With the lock held, nobody could end the wait.
        if (reported.FirstAncestorOrSelf<StatementSyntax>() is WhileStatementSyntax loop && loop.Condition.Span.Contains(reported.Span) && nodes.Any(node => !loop.Span.Contains(node.Span))) yield break;

        if (diagnostic.Properties.TryGetValue(LockChoice.Existing, out var existing))
        {
            if (LockRange.Lock(model, nodes, existing!) is { } change) yield return new($"Check and act under 'lock ({existing})'", "LockCheckAndAct", [change]);
        }
        else if (Introduce(model, reported, diagnostic) is { } introduced && LockRange.Lock(model, nodes, introduced.Expression) is { } change)
        {
            yield return new($"Check and act under a new lock '{introduced.Expression}'", "LockCheckAndAct", [introduced.Lock.Declaration, change]);
        }
    }

    private static (NewLock Lock, string Expression)? Introduce(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.TryGetValue(LockChoice.Home, out var home) || !diagnostic.Properties.TryGetValue(LockChoice.State, out var state)) return null;
        switch (home)
        {
            case LockChoice.InstanceHome or LockChoice.StaticHome:
                if (reported.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type) return null;
                return NewLock.Field(model, type, state!, home == LockChoice.StaticHome, isShared: false) is { } field ? (field, field.Name) : null;
            case LockChoice.LocalHome:
                return model.LookupSymbols(reported.SpanStart, name: state).OfType<ILocalSymbol>().FirstOrDefault() is { } local && NewLock.Local(model, local) is { } beside ? (beside, beside.Name) : null;
            default:
                // A lock in the object itself, for which the code has a name; where the object's type is in another file, this one cannot reach it.
                if (!diagnostic.Properties.TryGetValue(LockChoice.Owner, out var owner) || owner is null) return null;
                var owned = reported.SyntaxTree.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Where(declaration => declaration.Members.Any(member => Declares(member, state!))).ToList();
                if (owned.Count != 1) return null;
                var isShared = !reported.Ancestors().Contains(owned[0]);
                return NewLock.Field(model, owned[0], state!, isStatic: false, isShared) is { } beyond ? (beyond, $"{owner}.{beyond.Name}") : null;
        }
    }

    private static bool Declares(MemberDeclarationSyntax member, string name) => member switch
    {
        PropertyDeclarationSyntax property => property.Identifier.ValueText == name,
        FieldDeclarationSyntax field => field.Declaration.Variables.Any(variable => variable.Identifier.ValueText == name),
        _ => false,
    };
}
