using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The calls of Interlocked and Volatile: what they do to the location that they take by reference.</summary>
internal static class AtomicOperation
{
    public static AccessKind? Of(IInvocationOperation call)
    {
        if (call.TargetMethod is not { ContainingType: { Name: "Interlocked" or "Volatile", ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } } method) return null;
        if (call.Arguments.IsEmpty || call.Arguments[0].Parameter is not { Ordinal: 0, RefKind: not RefKind.None }) return null;

        return method.Name switch
        {
            "Read" => AccessKind.Read,
            "Write" => AccessKind.Write,
            "Increment" or "Decrement" or "Add" or "And" or "Or" => AccessKind.Atomic,
            // Exchange and CompareExchange answer what was there: the test comes with the change.
            _ => AccessKind.Other,
        };
    }
}
