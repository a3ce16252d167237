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

    /// <summary>Whether the variable's semaphore is a lock: every one that it is given lets in one at a time, and begins free.</summary>
    public static bool IsOne(ISymbol? variable, CancellationToken cancellationToken) =>
        Makings.Of(variable, cancellationToken) is { } makings
        && makings.All(static arguments => arguments.Count > 0 && arguments.All(static argument => argument.Expression is LiteralExpressionSyntax { Token.Value: 1 or string }));
}
