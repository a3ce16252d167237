using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What syntax alone tells of a function that does something to a lock: a member's body, a local function, a lambda.</summary>
/// <param name="Function">The function.</param>
/// <param name="Statements">Its <c>lock</c> statements.</param>
/// <param name="Acquires">What reads like an acquire: a call, or the making of a mutex.</param>
/// <param name="Releases">The calls that read like a release, or like the disposal of a scope.</param>
/// <param name="Signals">The calls that read like a wait for a condition, or like a pulse.</param>
/// <param name="Locks">What the locks that it takes may be called: the last name of each path, and what a local of that name was made of.</param>
/// <param name="Mentioned">The names in it, and in the functions in it.</param>
internal sealed record LockingFunction(
    SyntaxNode Function,
    IReadOnlyList<LockStatementSyntax> Statements,
    IReadOnlyList<ExpressionSyntax> Acquires,
    IReadOnlyList<InvocationExpressionSyntax> Releases,
    IReadOnlyList<InvocationExpressionSyntax> Signals,
    IReadOnlyCollection<string> Locks,
    IReadOnlyCollection<string> Mentioned)
{
    /// <summary>Whether it takes a lock.</summary>
    public bool Takes => Statements.Count + Acquires.Count > 0;

    /// <summary>Whether more than one acquire stands in it, those of lambdas counted: it may wait for what they do.</summary>
    public bool TakesSeveral => Statements.Count + Acquires.Count + LambdasThatTake > 1;

    /// <summary>How many of the lambdas in it take a lock.</summary>
    public int LambdasThatTake { get; init; }

    /// <summary>Whether it takes or gives back a lock by a call, and not by <c>lock</c> statements alone.</summary>
    public bool HasCalls { get; init; }
}
