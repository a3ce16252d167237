using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What an expression leads to that its body did not make: captured variables, parameters, and `this`, which is told by its type.</summary>
/// <param name="body">The lambda, method or local function.</param>
/// <param name="origins">What the body's own variables lead to, as far as it is known by now.</param>
internal sealed class WorkSources(IOperation body, Dictionary<ISymbol, HashSet<ISymbol>> origins)
{
    /// <summary>What may change when the value changes; nothing for a value that cannot.</summary>
    public IEnumerable<ISymbol> Of(IOperation value) => value.Type is { } type && WorkImmutability.IsImmutable(type) ? [] : Reached(value);

    /// <summary>What the value is part of, whatever its type: a write to `a[0]` changes `a`.</summary>
    public IEnumerable<ISymbol> Reached(IOperation value) => value switch
    {
        ILocalReferenceOperation { Local: var local } => Variable(local),
        IParameterReferenceOperation { Parameter: var parameter } => Variable(parameter),
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance, Type: { } type } => [type.OriginalDefinition],
        IConditionalAccessInstanceOperation instance => Reached(Accessed(instance)),
        IInvocationOperation { TargetMethod: var method } call when WorkPurity.Copies(method) && HoldsValues(method.Name == "Clone" ? call.Instance?.Type : call.Type) => [],
        IObjectCreationOperation { Constructor: { } constructor, Type: { } type } when WorkPurity.Copies(constructor) && HoldsValues(type) => [],
        IArrayCreationOperation or ICollectionExpressionOperation when HoldsValues(value.Type) => [],
        _ => value.ChildOperations.SelectMany(Of),
    };

    /// <summary>All that the body can reach.</summary>
    public IEnumerable<ISymbol> All(IEnumerable<IOperation> operations) =>
        [.. operations.Where(static o => o is ILocalReferenceOperation or IParameterReferenceOperation or IInstanceReferenceOperation).SelectMany(Of)];

    /// <summary>Whether the body declares the variable, or gets it as a parameter by value.</summary>
    public bool IsOwn(ISymbol variable) => variable.Locations.Any(location => location.SourceTree == body.Syntax.SyntaxTree && body.Syntax.Span.Contains(location.SourceSpan)) || variable.Name.StartsWith("<", System.StringComparison.Ordinal);

    /// <summary>The variable that a place is within: of `list[0].Name` it is `list`.</summary>
    public static IOperation Root(IOperation place)
    {
        while (true)
        {
            switch (WorkValue.Unconverted(place))
            {
                case IMemberReferenceOperation { Instance: { } instance }: place = instance; break;
                case IArrayElementReferenceOperation element: place = element.ArrayReference; break;
                case IInvocationOperation { Instance: { } instance }: place = instance; break;
                case IConditionalAccessInstanceOperation access: place = Accessed(access); break;
                case var root: return root;
            }
        }
    }

    private IEnumerable<ISymbol> Variable(ISymbol variable)
    {
        var known = origins.TryGetValue(variable, out var found) ? found.AsEnumerable() : [];
        return !IsOwn(variable) || IsParameterOfBody(variable) ? known.Append(variable) : known;
    }

    private bool IsParameterOfBody(ISymbol variable) => variable is IParameterSymbol { ContainingSymbol: var owner } && body switch
    {
        IAnonymousFunctionOperation lambda => SymbolEqualityComparer.Default.Equals(lambda.Symbol, owner),
        ILocalFunctionOperation function => SymbolEqualityComparer.Default.Equals(function.Symbol, owner),
        _ => owner is IMethodSymbol { MethodKind: not (MethodKind.AnonymousFunction or MethodKind.LocalFunction) },
    };

    private static bool HoldsValues(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => WorkImmutability.IsImmutable(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.All(WorkImmutability.IsImmutable),
        _ => false,
    };

    private static IOperation Accessed(IConditionalAccessInstanceOperation instance)
    {
        IOperation operation = instance;
        while (operation.Parent is { } parent && !(parent is IConditionalAccessOperation access && access.WhenNotNull == operation)) operation = parent;
        return ((IConditionalAccessOperation)operation.Parent!).Operation;
    }
}
