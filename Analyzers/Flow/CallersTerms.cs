using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What a function calls <c>this</c> or a parameter reads, for its caller, as the receiver and the arguments of the call.</summary>
internal static class CallersTerms
{
    /// <summary>What the caller calls the object of <paramref name="path"/>, a path of <paramref name="target"/>'s; null where it has no name for it.</summary>
    /// <param name="path">The path in the callee.</param>
    /// <param name="target">The callee.</param>
    /// <param name="operation">The call, the use of a property, the making of an object.</param>
    /// <param name="pathOf">What the caller calls the value of an operation.</param>
    public static AccessPath? Of(AccessPath path, IMethodSymbol target, IOperation operation, Func<IOperation?, AccessPath?> pathOf)
    {
        return path.WithRoot(Replace);

        AccessPath? Replace(AccessPath root)
        {
            // A local function shares what it captures with the function around it.
            var shared = target.MethodKind == MethodKind.LocalFunction ? root : null;
            if (root.IsThis) return Receiver(operation) is { } receiver ? pathOf(receiver) : shared;
            if (!SymbolEqualityComparer.Default.Equals(root.Symbol?.ContainingSymbol, target.OriginalDefinition)) return shared;
            return root.Symbol is IParameterSymbol parameter ? pathOf(Arguments(operation).FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal)?.Value) : null;
        }
    }

    public static IOperation? Receiver(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.Instance,
        IPropertyReferenceOperation property => property.Instance,
        _ => null,
    };

    private static ImmutableArray<IArgumentOperation> Arguments(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.Arguments,
        IPropertyReferenceOperation property => property.Arguments,
        IObjectCreationOperation creation => creation.Arguments,
        _ => [],
    };
}
