using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Flow;

/// <summary>How a path leaves a body (or loses the name of a lock) with the lock still held.</summary>
internal enum LeakKind
{
    /// <summary>By a return, or at the end of the body.</summary>
    Return,

    /// <summary>By an exception.</summary>
    Exception,

    /// <summary>By an assignment to the variable that names the lock: the next turn of a loop.</summary>
    Reassignment,
}

/// <summary>A path on which a lock is not released. Of the exceptions, one that is thrown here and one that comes from a call are told apart.</summary>
/// <param name="Held">The hold that is left.</param>
/// <param name="Kind">How the path ends.</param>
/// <param name="Where">The operation that throws, or the last one before the body is left; null for a body that does nothing more.</param>
internal sealed record LockLeak(HeldLock Held, LeakKind Kind, IOperation? Where)
{
    /// <summary>Whether the body throws by itself, rather than what it calls.</summary>
    public bool IsThrow => Kind == LeakKind.Exception && Where?.Syntax.Parent is ThrowStatementSyntax or ThrowExpressionSyntax;
}
