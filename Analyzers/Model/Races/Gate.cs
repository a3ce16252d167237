using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A test of what an atomic exchange found (<c>Interlocked.Exchange(ref _busy, 1) == 1</c>): of several, it lets one in. A lock made by hand.</summary>
internal static class Gate
{
    public static bool Is(IOperation condition, LocalTable locals) => condition.DescendantsAndSelf().Any(operation => operation switch
    {
        IInvocationOperation call => IsExchange(call) || Wraps(call.TargetMethod),
        ILocalReferenceOperation { Local: var local } => locals.Initial(local) is IInvocationOperation call && IsExchange(call),
        _ => false,
    });

    private static bool IsExchange(IInvocationOperation call)
    {
        if (call.TargetMethod is not { ContainingType: { Name: "Interlocked", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } } method) return false;
        return method.Name switch
        {
            "Exchange" => true,
            // `CompareExchange(ref _state, 0, 0)` only reads.
            "CompareExchange" => !(call.Arguments[1].Value.ConstantValue is { HasValue: true, Value: var value } && Equals(value, call.Arguments[2].Value.ConstantValue.Value)),
            // The first one in, or the last.
            "Increment" or "Decrement" or "Add" => call.Consumer() is IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals },
            _ => false,
        };
    }

    /// <summary><c>bool Claim() => Interlocked.CompareExchange(ref _claimed, 1, 0) == 0;</c></summary>
    private static bool Wraps(IMethodSymbol method) =>
        method.ReturnType.SpecialType is SpecialType.System_Boolean && SmallMethod.Names(method) is var names && names.Contains("Interlocked") && (names.Contains("Exchange") || names.Contains("CompareExchange"));
}
