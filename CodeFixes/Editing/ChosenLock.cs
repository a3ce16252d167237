using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Editing;

/// <summary>The statements around some code, put under the lock that a race rule chose for it: one that is there, or a new one.</summary>
/// <param name="Title">How a fix's title names it.</param>
/// <param name="Changes">The lock around the statements, and its declaration where it is new.</param>
internal sealed record ChosenLock(string Title, ImmutableArray<TextChange> Changes)
{
    /// <summary>Null where no lock was chosen, or the code can't be put under one.</summary>
    public static ChosenLock? Around(SemanticModel model, IReadOnlyList<SyntaxNode> nodes, Diagnostic diagnostic) => Around(model, [nodes], diagnostic);

    /// <summary>The same for code that takes several holds of the lock, one for each list of nodes.</summary>
    public static ChosenLock? Around(SemanticModel model, IReadOnlyList<IReadOnlyList<SyntaxNode>> holds, Diagnostic diagnostic)
    {
        if (diagnostic.Properties.TryGetValue(LockChoice.Existing, out var existing))
            return Lock(model, holds, existing!) is { IsEmpty: false } changes ? new($"'lock ({existing})'", changes) : null;

        return Introduce(model, holds[0][0], diagnostic) is { } introduced && Lock(model, holds, introduced.Expression) is { IsEmpty: false } around
            ? new($"a new lock '{introduced.Expression}'", [introduced.Lock.Declaration, .. around])
            : null;
    }

    /// <summary>Empty where one of the holds can't be taken.</summary>
    private static ImmutableArray<TextChange> Lock(SemanticModel model, IReadOnlyList<IReadOnlyList<SyntaxNode>> holds, string expression)
    {
        var changes = holds.Select(nodes => LockRange.Lock(model, nodes, expression)).ToList();
        return changes.Contains(null) ? [] : [.. changes.OfType<TextChange>()];
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
