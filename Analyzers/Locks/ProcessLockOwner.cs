using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Locks;

/// <summary>Whom a ProcessLock belongs to: the process, or, if it is reentrant, the thread that took it.</summary>
internal static class ProcessLockOwner
{
    /// <summary>Whether the declaration of <paramref name="variable"/> makes a reentrant lock. Where it does not tell, the lock is the process's, as most are.</summary>
    public static bool IsThread(ISymbol? variable)
    {
        var value = variable?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
        {
            VariableDeclaratorSyntax declarator => declarator.Initializer?.Value,
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            _ => null,
        };
        return value is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } && arguments[0].Expression.IsKind(SyntaxKind.TrueLiteralExpression);
    }
}
