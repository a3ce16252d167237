using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The variable that an argument comes from, by which its caller may look at it later.</summary>
/// <param name="Variable">A local, a parameter, or a field of <c>this</c>.</param>
/// <param name="Path">The members that lead from it to the argument, whichever elements of collections lie between.</param>
/// <param name="Place">The expression that hands the argument over, in the function that the variable belongs to.</param>
internal sealed record HandedArgument(ISymbol Variable, ImmutableArray<string> Path, SyntaxNode Place)
{
    // What gives the very elements of another collection.
    private static readonly HashSet<string> s_passing = ["Where", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Take", "TakeWhile", "Skip", "SkipWhile", "Reverse", "AsEnumerable", "Order", "OfType", "Cast", "ToList", "ToArray"];

    /// <summary>The variables that lead to <paramref name="value"/>, which <paramref name="call"/> hands over: of an element, also that of its collection.</summary>
    public static IEnumerable<HandedArgument> Of(IOperation value, IInvocationOperation call) => Of(value, [], call.Syntax, call.TargetMethod.Name == "Map");

    private static IEnumerable<HandedArgument> Of(IOperation value, ImmutableArray<string> path, SyntaxNode place, bool isElement)
    {
        switch (WorkValue.Unconverted(value))
        {
            case ILocalReferenceOperation { Local: var local } reference:
                yield return new(local, path, place);
                if (local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is ForEachStatementSyntax loop && reference.SemanticModel?.GetOperation(loop.Expression) is { } collection)
                    foreach (var handed in Of(collection, path, place, isElement: true)) yield return handed;
                break;
            case IParameterReferenceOperation { Parameter: var parameter }:
                // `orders.Select(order => pool.Submit(…, order))`
                if (parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } && Source(value) is ({ } elements, { } query))
                    foreach (var handed in Of(elements, path, query.Syntax, isElement: true)) yield return handed;
                else if (parameter.RefKind is RefKind.None or RefKind.In) yield return new(parameter, path, place);
                break;
            case IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation, Field: var field }:
                yield return new(field, path, place);
                break;
            case IMemberReferenceOperation { Instance: { } instance } member and (IFieldReferenceOperation or IPropertyReferenceOperation):
                foreach (var handed in Of(instance, member is IPropertyReferenceOperation { Property.IsIndexer: true } ? path : path.Insert(0, member.Member.Name), place, isElement)) yield return handed;
                break;
            case IArrayElementReferenceOperation element:
                foreach (var handed in Of(element.ArrayReference, path, place, isElement: true)) yield return handed;
                break;
            case IInvocationOperation { TargetMethod: { Name: var name, ContainingType.Name: "Enumerable" }, Arguments: { Length: > 0 } arguments } when isElement && s_passing.Contains(name):
                foreach (var handed in Of(arguments[0].Value, path, place, isElement)) yield return handed;
                break;
        }
    }

    private static (IOperation Elements, IInvocationOperation Query)? Source(IOperation parameter)
    {
        var lambda = parameter;
        while (lambda is not (null or IAnonymousFunctionOperation)) lambda = lambda.Parent;
        return lambda?.Consumer() is IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "Select", ContainingType.Name: "Enumerable" } } query } ? (query.Arguments[0].Value, query) : null;
    }
}
