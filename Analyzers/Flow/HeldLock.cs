using Microsoft.CodeAnalysis;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>A lock that is held, how, and since which acquire. For a <c>lock</c> statement the acquire is the implicit call that the statement makes.</summary>
internal sealed record HeldLock(AccessPath Lock, LockMode Mode, LockKind Kind, IOperation Acquire)
{
    public HeldLock(LockOperation acquire) : this(acquire.Lock, acquire.Mode, acquire.Kind, acquire.Operation) { }
}
