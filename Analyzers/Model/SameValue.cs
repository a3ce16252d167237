using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells expressions that name the same value: the same variable, member, constant, or the same computation of them.</summary>
internal static class SameValue
{
    public static bool Of(IOperation? x, IOperation? y)
    {
        (x, y) = (x.Unconverted(), y.Unconverted());
        if (x is null || y is null || x.Kind != y.Kind) return false;
        if (x.ConstantValue.HasValue || y.ConstantValue.HasValue) return x.ConstantValue.HasValue && y.ConstantValue.HasValue && Equals(x.ConstantValue.Value, y.ConstantValue.Value);
        if (!SymbolEqualityComparer.Default.Equals(Symbol(x), Symbol(y))) return false;
        return x.ChildOperations.Count == y.ChildOperations.Count && x.ChildOperations.Zip(y.ChildOperations, Of).All(static same => same)
            && x is not (IBinaryOperation or IUnaryOperation or IObjectCreationOperation { Initializer: not null } or IAnonymousFunctionOperation);
    }

    private static ISymbol? Symbol(IOperation operation) => operation switch
    {
        ILocalReferenceOperation reference => reference.Local,
        IParameterReferenceOperation reference => reference.Parameter,
        IMemberReferenceOperation reference => reference.Member,
        IInvocationOperation call => call.TargetMethod,
        IObjectCreationOperation creation => creation.Constructor,
        _ => null,
    };
}
