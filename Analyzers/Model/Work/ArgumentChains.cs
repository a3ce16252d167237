using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells of an expression by which members it was reached from what a function was given: directly, through locals, and through the elements of collections.</summary>
internal sealed class ArgumentChains
{
    private static readonly HashSet<string> s_elements = ["First", "FirstOrDefault", "Last", "LastOrDefault", "Single", "SingleOrDefault", "ElementAt", "Find", "Peek", "AsSpan", "GetValueRefOrNullRef"];

    private readonly IParameterSymbol? _given;
    private readonly Dictionary<ISymbol, ImmutableArray<string>> _aliases = new(SymbolEqualityComparer.Default);

    /// <param name="given">What the function was given; null for the object that it is a method of.</param>
    /// <param name="operations">Those of the function, in the order of the source.</param>
    public ArgumentChains(IParameterSymbol? given, IReadOnlyList<IOperation> operations)
    {
        _given = given;
        foreach (var operation in operations)
        {
            if (operation is IVariableDeclaratorOperation { Symbol: { RefKind: RefKind.None } local } declarator && declarator.GetVariableInitializer() is { } initializer && Of(initializer.Value) is { } held && IsSetOnce(local, operations))
                _aliases[local] = held;
            else if (operation is IForEachLoopOperation { Locals.Length: 1 } each && Of(each.Collection) is { } collection)
                _aliases[each.Locals[0]] = collection;
            // `orders.ForEach(order => …)`
            else if (operation is IAnonymousFunctionOperation { Symbol.Parameters.Length: 1 } lambda && lambda.Consumer() is IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: "ForEach", Instance: { } list } } && Of(list) is { } listed)
                _aliases[lambda.Symbol.Parameters[0]] = listed;
        }
    }

    /// <summary>The members that lead to an object; null where it is another one, a copy, or something that processes share.</summary>
    public ImmutableArray<string>? Of(IOperation expression)
    {
        var value = WorkValue.Unconverted(expression);
        // A struct in a variable is a copy already, but for a span.
        if (value is ILocalReferenceOperation or IParameterReferenceOperation && value.Type is { IsValueType: true, IsRefLikeType: false }) return null;
        if (value.Type is not { } type || type.ContainingNamespace?.Name == "Tandem" || WorkImmutability.IsImmutable(type)) return null;

        return value switch
        {
            IParameterReferenceOperation { Parameter: var parameter } when SymbolEqualityComparer.Default.Equals(parameter, _given) => [],
            IParameterReferenceOperation { Parameter: var parameter } => Alias(parameter),
            ILocalReferenceOperation { Local: var local } => Alias(local),
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } when _given is null => [],
            IArrayElementReferenceOperation element => Of(element.ArrayReference),
            IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } when type.IsReferenceType => Of(instance),
            IPropertyReferenceOperation { Instance: { } instance, Property: var property } when type.IsReferenceType && (property.DeclaringSyntaxReferences.IsEmpty || WorkWalker.IsAutoProperty(property)) => Of(instance)?.Add(property.Name),
            IFieldReferenceOperation { Instance: { } instance, Field: var field } => Of(instance)?.Add(field.Name),
            IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true, Name: var name } } call when s_elements.Contains(name) && (type.IsReferenceType || type.IsRefLikeType) && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } collection => Of(collection),
            _ => null,
        };
    }

    private ImmutableArray<string>? Alias(ISymbol variable) => _aliases.TryGetValue(variable, out var path) ? path : null;

    private static bool IsSetOnce(ILocalSymbol local, IReadOnlyList<IOperation> operations) =>
        !operations.Any(operation => operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local) && WorkValue.IsWritten(reference));
}
