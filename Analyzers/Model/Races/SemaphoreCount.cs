using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>How many a semaphore lets in: one makes it a lock, several exclude nobody.</summary>
internal static class SemaphoreCount
{
    /// <summary>The count that the variable's semaphore begins with, where its declaration says so.</summary>
    public static int? Of(ISymbol? variable)
    {
        var value = variable?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
        {
            VariableDeclaratorSyntax declarator => declarator.Initializer?.Value,
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            _ => null,
        };
        return value is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: var arguments } && arguments.FirstOrDefault()?.Expression is LiteralExpressionSyntax { Token.Value: int count } ? count : null;
    }

    /// <summary>Whether the variable's semaphore begins with nothing to take, wherever it is made: it is a signal, or counts what others put there.</summary>
    public static bool BeginsEmpty(ISymbol? variable, CancellationToken cancellationToken) =>
        Of(variable) == 0
        || (Makings.Of(Field(variable), cancellationToken) is { } makings && makings.All(static arguments => arguments.FirstOrDefault()?.Expression is LiteralExpressionSyntax { Token.Value: 0 }));

    /// <summary>Whether the variable's semaphore is a lock: every one that it is given lets in one at a time, and begins free.</summary>
    public static bool IsOne(ISymbol? variable, CancellationToken cancellationToken) =>
        Makings.Of(variable, cancellationToken) is { } makings
        && makings.All(static arguments => arguments.Count > 0 && arguments.All(static argument => argument.Expression is LiteralExpressionSyntax { Token.Value: 1 or string }));

    /// <summary>The field that a property does no more than return.</summary>
    private static ISymbol? Field(ISymbol? variable)
    {
        if (variable is not IPropertySymbol { GetMethod: { } getter }) return variable;
        var returned = getter.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
        {
            ArrowExpressionClauseSyntax arrow => arrow.Expression,
            AccessorDeclarationSyntax { ExpressionBody.Expression: { } expression } => expression,
            AccessorDeclarationSyntax { Body.Statements: { Count: 1 } statements } => (statements[0] as ReturnStatementSyntax)?.Expression,
            _ => null,
        };
        return returned is IdentifierNameSyntax { Identifier.ValueText: var name } ? variable.ContainingType.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault() : variable;
    }
}
