using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>A lock that a piece of code takes, and waits for as long as that needs.</summary>
/// <param name="Lock">Which lock, in the terms of the function that is asked about; null where that has no name for it.</param>
/// <param name="Class">Which declaration it is a lock of; null where that is unknown.</param>
/// <param name="Mode">How it is taken.</param>
/// <param name="Kind">The kind of lock.</param>
/// <param name="Acquire">The <c>lock</c> statement or the call that takes it.</param>
/// <param name="Taker">The function that <paramref name="Acquire"/> is in, where it is reached through calls.</param>
/// <param name="IsAsync">Whether it is taken only once a task is waited for.</param>
internal sealed record TakenLock(AccessPath? Lock, LockClass? Class, LockMode Mode, LockKind Kind, SyntaxNode Acquire, IMethodSymbol? Taker = null, bool IsAsync = false)
{
    /// <summary>The place to show for <see cref="Acquire"/>.</summary>
    public Location Location => LocationOf(Acquire);

    /// <summary>The place to show for an acquire: the call, or the head of a <c>lock</c> statement.</summary>
    public static Location LocationOf(SyntaxNode acquire) => HeadOf(acquire) is { } statement
        ? Location.Create(statement.SyntaxTree, TextSpan.FromBounds(statement.SpanStart, statement.CloseParenToken.Span.End))
        : acquire.GetLocation();

    /// <summary>The <c>lock</c> statement that makes this acquire, which may be known by the statement or by its expression.</summary>
    public static LockStatementSyntax? HeadOf(SyntaxNode acquire) => acquire switch
    {
        LockStatementSyntax statement => statement,
        { Parent: LockStatementSyntax statement } when statement.Expression == acquire => statement,
        _ => null,
    };
}
