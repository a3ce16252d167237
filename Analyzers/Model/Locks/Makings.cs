using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>With which arguments the object in a variable is made, read from syntax.</summary>
internal static class Makings
{
    /// <summary>The arguments of every <c>new</c> that <paramref name="variable"/> is given in its own type or body; null where it is given anything else, or nothing.</summary>
    public static IReadOnlyList<SeparatedSyntaxList<ArgumentSyntax>>? Of(ISymbol? variable, CancellationToken cancellationToken)
    {
        if (variable is not (IFieldSymbol or IPropertySymbol or ILocalSymbol)) return null;
        var makings = new List<SeparatedSyntaxList<ArgumentSyntax>>();
        foreach (var value in Values(variable, cancellationToken))
        {
            if (value is not BaseObjectCreationExpressionSyntax { Initializer: null } creation) return null;
            makings.Add(creation.ArgumentList?.Arguments ?? default);
        }

        return makings.Count == 0 ? null : makings;
    }

    /// <summary>All that the variable is given in its own type or body.</summary>
    public static IEnumerable<ExpressionSyntax> Values(ISymbol variable, CancellationToken cancellationToken)
    {
        foreach (var reference in variable.DeclaringSyntaxReferences)
        {
            var declaration = reference.GetSyntax(cancellationToken);
            var initial = declaration switch
            {
                VariableDeclaratorSyntax declarator => declarator.Initializer?.Value,
                PropertyDeclarationSyntax property => property.Initializer?.Value,
                _ => null,
            };
            if (initial is not null) yield return initial;
        }

        // Names decide here: an assignment to another variable of that name makes us know less, not more.
        foreach (var scope in Scopes(variable, cancellationToken))
            foreach (var assignment in scope.DescendantNodes().OfType<AssignmentExpressionSyntax>())
                if (NameOf(assignment.Left) == variable.Name) yield return assignment.Right;
    }

    private static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        _ => null,
    };

    private static IEnumerable<SyntaxNode> Scopes(ISymbol variable, CancellationToken cancellationToken) => variable is ILocalSymbol
        ? variable.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken).Ancestors().First(static node => node is MemberDeclarationSyntax or CompilationUnitSyntax))
        : variable.ContainingType.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken));
}
