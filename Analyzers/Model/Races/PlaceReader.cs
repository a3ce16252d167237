using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Names the place that an expression stands for.</summary>
internal sealed class PlaceReader(LocalTable locals)
{
    /// <summary>The place that the expression reads or writes.</summary>
    public Place Of(IOperation? expression) => expression.Unconverted() switch
    {
        ILocalReferenceOperation { Local: { IsRef: true } local } when locals.Initial(local) is { } origin && locals.IsBoundOnce(local) => Of(origin),
        ILocalReferenceOperation reference => Place.Of(reference.Local),
        IParameterReferenceOperation { Parameter: var parameter } when parameter.IsState() => Place.This.Then(parameter),
        IParameterReferenceOperation reference => Place.Of(reference.Parameter),
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => Place.This,
        IFieldReferenceOperation { Field.IsStatic: true } reference => Place.Static.Then(reference.Field),
        IFieldReferenceOperation reference => Object(reference.Instance).Then(reference.Field),
        IPropertyReferenceOperation { Property: { IsStatic: true } property } when property.IsLocation() => Place.Static.Then(property),
        IPropertyReferenceOperation { Property: { } property } reference when property.IsLocation() => Object(reference.Instance).Then(property),
        IArrayElementReferenceOperation { Indices: { Length: 1 } indices } element => Object(element.ArrayReference).Then(Index(indices[0])),
        ITypeOfOperation { TypeOperand: var type } => Place.Static.Then(type),
        IConditionalAccessInstanceOperation instance => Object(Accessed(instance)),
        IObjectCreationOperation or IArrayCreationOperation or IAnonymousObjectCreationOperation => Place.Fresh,
        _ => Place.Unknown,
    };

    /// <summary>The object that the expression evaluates to: a local that never changes stands for what it was declared as.</summary>
    public Place Object(IOperation? expression)
    {
        var place = Of(expression);
        for (var steps = 0; steps < 8; steps++)
        {
            if (place is not { Root: PlaceRoot.Variable, Links.IsEmpty: true, Variable: ILocalSymbol { Type.IsReferenceType: true } local }) return place;
            if (!locals.NeverChanges(local) || locals.Initial(local) is not { } initial || Of(initial) is not { IsKnown: true } origin) return place;
            place = origin;
        }

        return place;
    }

    public static object Index(IOperation index) => index.Unconverted() switch
    {
        { ConstantValue: { HasValue: true, Value: { } constant } } => constant,
        ILocalReferenceOperation reference => reference.Local,
        IParameterReferenceOperation reference when !reference.Parameter.IsState() => reference.Parameter,
        _ => Place.AnyIndex,
    };

    private static IOperation? Accessed(IConditionalAccessInstanceOperation instance)
    {
        IOperation from = instance;
        for (var at = instance.Parent; at is not null; (from, at) = (at, at.Parent))
            if (at is IConditionalAccessOperation access && access.WhenNotNull == from) return access.Operation;
        return null;
    }
}

internal static class StateExtensions
{
    /// <summary>Whether it is a field, a property, or a parameter of a type, which the type keeps like a field.</summary>
    public static bool IsState(this ISymbol symbol) => symbol is IFieldSymbol or IPropertySymbol
        || (symbol is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } constructor } && constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is TypeDeclarationSyntax);

    /// <summary>Whether reading and writing the property is reading and writing a field that the compiler makes for it.</summary>
    public static bool IsLocation(this IPropertySymbol property)
    {
        if (property.IsIndexer || property.IsAbstract || property.ContainingType.TypeKind is TypeKind.Interface) return false;
        foreach (var declaration in property.OriginalDefinition.DeclaringSyntaxReferences)
        {
            switch (declaration.GetSyntax())
            {
                case ParameterSyntax: return true;
                case PropertyDeclarationSyntax { AccessorList.Accessors: var accessors } syntax when !syntax.Modifiers.Any(SyntaxKind.PartialKeyword):
                    foreach (var accessor in accessors)
                        if (accessor.Body is null && accessor.ExpressionBody is null) return true;
                    break;
            }
        }

        return false;
    }
}
