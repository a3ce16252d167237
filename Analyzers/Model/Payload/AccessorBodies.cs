using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Which fields of its object a property's accessor names. Nothing else ties a property to the field that the user wrote for it.</summary>
internal sealed class AccessorBodies(WorkClassifier classifier)
{
    /// <summary>The fields that an accessor names, those of the overridden accessor counted where it calls it.</summary>
    public List<StateSlot> Touched(IMethodSymbol? accessor, IReadOnlyList<StateSlot> state) => [.. Named(accessor, state).Select(static named => named.Slot).Distinct()];

    /// <summary>Whether a setter stores the field: by itself, or through a reference to it that it hands on. One that sets a part of a struct does not.</summary>
    public bool Stores(IMethodSymbol? setter, StateSlot slot, IReadOnlyList<StateSlot> state)
    {
        var named = Named(setter, state).Where(named => named.Slot == slot).ToList();
        return named.Any(static named => named.Use is null || IsStored(named.Use)) || named.Any(static named => IsHandedOn(named.Use!)) && !(slot.Type is { IsValueType: true } type && Operations(setter).Any(operation => UsesPartOf(operation, type)));
    }

    /// <summary>The parameters of a primary constructor that its members use: each is a field of the object.</summary>
    public IEnumerable<IParameterSymbol> KeptParameters(INamedTypeSymbol type)
    {
        if (type.IsRecord || Primary(type) is not { } primary) yield break;

        var names = new HashSet<string>(primary.Parameters.Select(static p => p.Name));
        var kept = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var body in type.DeclaringSyntaxReferences.Select(static r => r.GetSyntax()).OfType<TypeDeclarationSyntax>().SelectMany(static t => t.Members).Where(IsBody))
            foreach (var name in body.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n => names.Contains(n.Identifier.ValueText) && !n.Ancestors().TakeWhile(a => a != body).Any(static a => a is EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax })))
                if (classifier.Operation(name, CancellationToken.None) is IParameterReferenceOperation { Parameter: var parameter } && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, primary.OriginalDefinition) && kept.Add(parameter.OriginalDefinition))
                    yield return parameter.OriginalDefinition;
    }

    private IEnumerable<(IOperation? Use, StateSlot Slot)> Named(IMethodSymbol? accessor, IReadOnlyList<StateSlot> state)
    {
        // The compiler's own accessor reads and sets the field that it made.
        if (accessor is { AssociatedSymbol: IPropertySymbol property } && Operations(accessor).Count == 0 && state.FirstOrDefault(slot => slot.Property is { } made && SymbolEqualityComparer.Default.Equals(made.OriginalDefinition, property.OriginalDefinition)) is { } own)
            yield return (null, own);

        foreach (var operation in Operations(accessor))
        {
            if (Field(operation) is { } symbol && state.FirstOrDefault(slot => slot.Is(symbol)) is { } slot) yield return (operation, slot);
            if (operation is IPropertyReferenceOperation { Instance.Syntax: BaseExpressionSyntax } inherited && inherited.Property.Name == accessor!.AssociatedSymbol?.Name)
                foreach (var named in Named(accessor.MethodKind == MethodKind.PropertyGet ? inherited.Property.GetMethod : inherited.Property.SetMethod, state)) yield return named;
        }
    }

    private IReadOnlyList<IOperation> Operations(IMethodSymbol? accessor) =>
        accessor is not null && classifier.Body(accessor.OriginalDefinition, CancellationToken.None) is { } body ? [.. body.OwnDescendants().Where(static o => o.Parent is not INameOfOperation)] : [];

    private static ISymbol? Field(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { ConstantValue.HasValue: false } reference => reference.Field,
        IEventReferenceOperation { Parent: not IEventAssignmentOperation } reference => reference.Event,
        IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } reference => reference.Parameter,
        _ => null,
    };

    private static bool IsStored(IOperation use) => use.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == use,
        IIncrementOrDecrementOperation => true,
        ITupleOperation tuple => WorkValue.IsWritten(tuple),
        _ => false,
    };

    private static bool IsHandedOn(IOperation use) => use.Parent is IArgumentOperation { Parameter.RefKind: not RefKind.None } or IAddressOfOperation or IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.IsRef: true } };

    private static bool UsesPartOf(IOperation operation, ITypeSymbol type) =>
        (operation is IMemberReferenceOperation member && SymbolEqualityComparer.Default.Equals(member.Member.ContainingType, type))
        || (operation is IInvocationOperation call && SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, type));

    private static IMethodSymbol? Primary(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(static c => c.DeclaringSyntaxReferences.Any(static r => r.GetSyntax() is TypeDeclarationSyntax));

    // What runs after the constructor. Initializers run in it.
    private static bool IsBody(MemberDeclarationSyntax member) => member is not (BaseTypeDeclarationSyntax or FieldDeclarationSyntax or EventFieldDeclarationSyntax or ConstructorDeclarationSyntax or DelegateDeclarationSyntax);
}
