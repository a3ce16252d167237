using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Whether System.Text.Json carries all of an object and can make it again. Its state is its fields; JSON carries those behind the members
/// that it both writes and sets. What the user marks [JsonIgnore] need not cross, and what a property computes is no state.
/// </summary>
internal sealed class JsonContracts(Compilation compilation)
{
    private readonly AccessorBodies _bodies = new(WorkClassifier.Of(compilation));

    /// <summary>What JSON writes of an object: public fields and properties, and those the user includes, without those the user ignores or converts himself.</summary>
    public static IEnumerable<(ISymbol Member, ITypeSymbol Type)> Written(INamedTypeSymbol type)
    {
        if (type.IsTupleType) return type.TupleElements.Select(static element => ((ISymbol)element, element.Type));
        return
            from declaring in type.Hierarchy()
            from member in declaring.GetMembers()
            where member is { IsStatic: false, IsImplicitlyDeclared: false } or IPropertySymbol { IsStatic: false } && !member.IsIgnored() && !member.IsConverted()
            let memberType = member switch
            {
                IFieldSymbol field when IsPublic(field) || field.IsIncluded() => field.Type,
                IPropertySymbol { IsIndexer: false, GetMethod: { } getter } property when IsPublic(getter) || property.IsIncluded() => property.Type,
                _ => null,
            }
            where memberType is not null
            select (member, memberType);
    }

    /// <summary>Why JSON cannot make an object again as it was, and what to do; null where it can, or where that is not known.</summary>
    public string? Obstacle(INamedTypeSymbol type, CancellationToken cancellationToken)
    {
        if (type.IsTupleType || type.IsAnonymousType) return null;
        if (JsonMember.Of(type) is not { } members) return "JSON cannot carry it: two of its members have one name there. Give them two names, or mark one of them [JsonIgnore].";

        var constructor = Constructor(type, out var isDefault);
        if (constructor is null && !isDefault)
            return "JSON cannot make it again: it needs a public constructor without parameters, or one whose parameters are named as its properties are, marked [JsonConstructor] where there are several.";
        if (constructor?.Parameters.FirstOrDefault(p => !members.Any(member => IsBound(member, p))) is { } unbound)
            return $"JSON cannot make it again: the parameter {unbound.Name} of its constructor has no public property of that name and type ({unbound.Type.Written()}).";

        var state = State(type.Hierarchy(), JsonAttributes.IsIgnoring);
        if (state.Count == 0) return null;
        var accounted = members
            .Where(member => member.IsRead && (member.IsSet || constructor?.Parameters.Any(p => IsBound(member, p)) == true))
            .Select(member => Account(member.Symbol, member.IsSet, state))
            .Concat(type.Hierarchy().SelectMany(static each => each.GetMembers()).Where(static m => m.IsIgnored()).Select(m => Account(m, isSet: false, state)))
            .OfType<StateSlot>().ToList();
        cancellationToken.ThrowIfCancellationRequested();
        return state.FirstOrDefault(slot => !accounted.Contains(slot) && !IsOverridden(slot, type, state)) is { } lost ? Explain(type, lost, members, constructor, state) : null;
    }

    /// <summary>The fields of an object, in so far as this compilation declares them, without those that the user ignores.</summary>
    public IReadOnlyList<StateSlot> State(IEnumerable<INamedTypeSymbol> hierarchy, System.Func<AttributeData, bool> isIgnoring)
    {
        var state = new List<StateSlot>();
        foreach (var type in hierarchy.Where(each => SymbolEqualityComparer.Default.Equals(each.ContainingAssembly, compilation.Assembly)))
        {
            foreach (var member in type.GetMembers().Where(static m => !m.IsStatic))
            {
                // The compiler's field for a kept parameter comes and goes with what it has bound; the parameter itself is told below.
                if (member is IFieldSymbol field and not { IsImplicitlyDeclared: true, AssociatedSymbol: null } && !field.GetAttributes().Any(isIgnoring)) state.Add(new(field.OriginalDefinition, type, field.Type));
                else if (member is IEventSymbol happening && IsKept(happening)) state.Add(new(happening.OriginalDefinition, type, happening.Type));
            }

            state.AddRange(_bodies.KeptParameters(type).Select(parameter => new StateSlot(parameter, type, parameter.Type)));
        }

        return state;
    }

    /// <summary>The constructor with parameters that JSON calls; null with <paramref name="isDefault"/> where it is the one without, and without where there is none to choose.</summary>
    private static IMethodSymbol? Constructor(INamedTypeSymbol type, out bool isDefault)
    {
        var marked = type.InstanceConstructors.Where(static c => c.IsJsonConstructor()).ToList();
        var open = type.InstanceConstructors.Where(static c => IsPublic(c) && !(c.IsImplicitlyDeclared && c.ContainingType.IsValueType)).ToList();
        var chosen = marked.Count > 0 ? marked[0]
            : type.IsValueType ? null
            : open.FirstOrDefault(static c => c.Parameters.IsEmpty) ?? (open.Count == 1 ? open[0] : null);
        isDefault = chosen is { Parameters.IsEmpty: true } || (chosen is null && type.IsValueType);
        return isDefault ? null : chosen;
    }

    private static bool IsBound(JsonMember member, IParameterSymbol parameter) =>
        string.Equals(member.Symbol.Name, parameter.Name, System.StringComparison.OrdinalIgnoreCase) && SymbolEqualityComparer.Default.Equals(member.Type, parameter.Type);

    // The one field that a member stands for. A property's is the one that its getter reads, and that its setter stores. One that reads several
    // stands for none: its value says what it makes of them, and no setter gives them all back.
    private StateSlot? Account(ISymbol member, bool isSet, IReadOnlyList<StateSlot> state) => member switch
    {
        IFieldSymbol field => state.FirstOrDefault(slot => slot.Is(field)),
        IPropertySymbol property => _bodies.Touched(property.GetMethod, state) is { Count: 1 } touched && (!isSet || _bodies.Stores(property.SetMethod, touched[0], state)) ? touched[0] : null,
        _ => null,
    };

    // Whether it is the field of an automatic property that a derived type overrides without using it.
    private bool IsOverridden(StateSlot slot, INamedTypeSymbol type, IReadOnlyList<StateSlot> state)
    {
        if (slot.Property is not { } property || !(property.IsVirtual || property.IsOverride)) return false;
        var overriding = type.Hierarchy().TakeWhile(each => !SymbolEqualityComparer.Default.Equals(each, slot.Declaring))
            .SelectMany(static each => each.GetMembers().OfType<IPropertySymbol>())
            .FirstOrDefault(each => Overridden(each).Any(slot.Property.Equals));
        return overriding?.GetMethod is { } getter && !_bodies.Touched(getter, state).Contains(slot);

        static IEnumerable<ISymbol> Overridden(IPropertySymbol each)
        {
            for (var at = each.OverriddenProperty; at is not null; at = at.OverriddenProperty) yield return at.OriginalDefinition;
        }
    }

    private string Explain(INamedTypeSymbol type, StateSlot lost, IReadOnlyList<JsonMember> members, IMethodSymbol? constructor, IReadOnlyList<StateSlot> state)
    {
        if (lost.Symbol is IEventSymbol)
            return $"Its event {lost.Name} would be lost, since who listens to it stays here. Mark it [field: JsonIgnore] if it need not cross.";
        if (lost is { Property: null, IsPublic: false })
        {
            return members.FirstOrDefault(member => member.Symbol is IPropertySymbol { GetMethod: var getter } && _bodies.Touched(getter, state) is { Count: > 1 } touched && touched.Contains(lost)) is { } mixed
                ? $"Its {lost.Name} would be lost, since {mixed.Symbol.Name} reads other fields with it, from which JSON cannot tell it apart. Give each a public property of its own, or mark it [JsonInclude], or [JsonIgnore] if it need not cross."
                : $"Its {lost.Name} would be lost, since JSON carries public members only. Give it a public property that reads and sets it alone, or mark it [JsonInclude], or [JsonIgnore] if it need not cross.";
        }

        if (type.Hierarchy().TakeWhile(each => !SymbolEqualityComparer.Default.Equals(each, lost.Declaring)).FirstOrDefault(each => each.GetMembers(lost.Name).Any(static m => !m.IsOverride)) is { } hiding)
            return $"The {lost.Name} that it has from {lost.Declaring.Written()} would be lost, since that of {hiding.Written()} hides it from JSON. Give them two names, or mark it [JsonIgnore] if it need not cross.";
        return constructor is null && type.InstanceConstructors.Any(c => IsPublic(c) && c.Parameters.Any(p => string.Equals(p.Name, lost.Name, System.StringComparison.OrdinalIgnoreCase) && SymbolEqualityComparer.Default.Equals(p.Type, lost.Type)))
            ? $"Its {lost.Name} would be lost, since JSON makes {type.Written()} by the constructor without parameters{(type.IsValueType ? ", which every struct has" : "")}. Mark the one that takes it [JsonConstructor]."
            : $"Its {lost.Name} would be lost, since JSON cannot set it. Give it a public setter or init, or a constructor parameter of its name and type, or mark it [JsonInclude] where its setter is private, or [JsonIgnore] if it need not cross.";
    }

    // `event Action Changed;`, without accessors of its own, and not `[field: JsonIgnore]`.
    private static bool IsKept(IEventSymbol happening) =>
        happening is { IsAbstract: false } && happening.DeclaringSyntaxReferences.Any(static r => r.GetSyntax() is VariableDeclaratorSyntax { Parent.Parent: EventFieldDeclarationSyntax declaration }
            && !declaration.AttributeLists.Any(static list => list.Target?.Identifier.ValueText == "field" && list.Attributes.Any(static a => a.Name.ToString().Contains("JsonIgnore"))));

    private static bool IsPublic(ISymbol symbol) => symbol.DeclaredAccessibility == Accessibility.Public;
}
