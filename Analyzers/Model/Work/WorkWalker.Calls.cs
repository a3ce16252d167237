using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What a call means: by the user's word, by its body where there is one to read, by its name in the table of libraries.</summary>
internal sealed partial class WorkWalker
{
    private WorkEffects Call(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (method.MethodKind == MethodKind.DelegateInvoke)
            return Children(call).Then(call.Instance is { } target ? Delegate(target) : WorkEffects.Opaque);

        return Children(call).Then(Member(call, method, call.Instance?.Type, method, call.Arguments));
    }

    private WorkEffects Property(IPropertyReferenceOperation property)
    {
        // Which property of an interface or a virtual one runs is unknown, but properties are cheap by convention.
        if (IsDispatched(property.Property, property.Instance)) return Declared(property.Property, property) ?? Library(property, property.Property, property.Instance?.Type, []);
        return Member(property, property.Property, property.Instance?.Type, property.Property.GetMethod);
    }

    private WorkEffects Member(IOperation site, ISymbol member, ITypeSymbol? receiver, IMethodSymbol? code, ImmutableArray<IArgumentOperation> arguments = default)
    {
        if (Declared(member, site) is { } declared) return declared;
        if (member.DeclaringSyntaxReferences.IsEmpty || classifier.LibraryCall(member, receiver) == CallEffect.TakesGil) return Library(site, member, receiver, arguments.IsDefault ? [] : arguments);
        if (code is null || (code.AssociatedSymbol is null && IsDispatched(member, (site as IInvocationOperation)?.Instance))) return code is null ? WorkEffects.None : WorkEffects.Opaque;
        // An auto-property, an implicit constructor, a record's members: nothing is written that could cost anything.
        if (code.IsImplicitlyDeclared || IsAutoAccessor(code)) return WorkEffects.None;
        return Method(code);
    }

    private WorkEffects Library(IOperation site, ISymbol member, ITypeSymbol? receiver, ImmutableArray<IArgumentOperation> arguments)
    {
        WorkEvidence Evident() => Evidence($"'{Name(member)}' on line {Line(site.Syntax)}", site.Syntax.GetLocation());
        return classifier.LibraryCall(member, receiver) switch
        {
            CallEffect.Neutral => WorkEffects.None,
            CallEffect.Calculates => new WorkEffects(Calculates: true).Then(RunsEach(site, member, arguments)),
            CallEffect.Computes => new WorkEffects(Evident()).Then(RunsEach(site, member, arguments)),
            CallEffect.Reads => new WorkEffects(Reads: Evident()),
            CallEffect.Waits => new WorkEffects(Waits: Evident()),
            CallEffect.Communicates => new WorkEffects(Waits: Evident(), ConcernsProcess: true),
            CallEffect.ConcernsProcess => new WorkEffects(ConcernsProcess: true),
            CallEffect.TakesGil => new WorkEffects(HoldsGil: Evident()),
            CallEffect.RunsEach => RunsEach(site, member, arguments),
            CallEffect.RunsOnce => Delegates(arguments).Aggregate(WorkEffects.None, (effects, work) => effects.Then(Delegate(work))),
            _ => WorkEffects.Opaque,
        };
    }

    private WorkEffects RunsEach(IOperation site, ISymbol member, ImmutableArray<IArgumentOperation> arguments)
    {
        var round = Delegates(arguments).Aggregate(WorkEffects.None, (effects, work) => effects.Then(Delegate(work)));
        return Looped(round, Evidence($"'{member.Name}' over a sequence on line {Line(site.Syntax)}", site.Syntax.GetLocation()) with { IsLoop = true });
    }

    private WorkEffects MethodGroup(IMethodReferenceOperation reference)
    {
        var method = reference.Method;
        if (Declared(method, reference) is { } declared) return declared;
        if (method.DeclaringSyntaxReferences.IsEmpty) return Library(reference, method, reference.Instance?.Type, []);
        return IsDispatched(method, reference.Instance) ? WorkEffects.Opaque : Method(method);
    }

    private WorkEffects? Declared(ISymbol member, IOperation site) => DeclaredEffects(member, site.Syntax.GetLocation());

    private static WorkEffects? DeclaredEffects(ISymbol member, Location site)
    {
        var name = member is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } ? "the lambda" : $"'{member.Name}'";
        return WorkClassifier.Declared(member) switch
        {
            WorkKind.CpuBound => new WorkEffects(new WorkEvidence($"{name} is marked [CpuBound]", site, IsDeclared: true)),
            WorkKind.IoBound => new WorkEffects(Waits: new WorkEvidence($"{name} is marked [IoBound]", site, IsDeclared: true)),
            _ => null,
        };
    }

    private static IEnumerable<IOperation> Delegates(ImmutableArray<IArgumentOperation> arguments) =>
        from argument in arguments
        let value = WorkValue.Unconverted(argument.Value)
        from work in value is IArrayCreationOperation { Initializer: { } initializer } ? initializer.ElementValues : [argument.Value]
        where work.Type?.TypeKind == TypeKind.Delegate
        select work;

    // What runs depends on an object that is not known here.
    internal static bool IsDispatched(ISymbol member, IOperation? instance) =>
        member.ContainingType?.TypeKind == TypeKind.Interface && !member.IsStatic
        || (member.IsAbstract || member.IsVirtual || member.IsOverride && !member.IsSealed)
            && instance?.Type is not { IsSealed: true }
            && instance?.Syntax is not BaseExpressionSyntax;

    private static bool IsAutoAccessor(IMethodSymbol accessor) => accessor.AssociatedSymbol is IPropertySymbol property && IsAutoProperty(property);

    internal static bool IsAutoProperty(IPropertySymbol property) =>
        property.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static string Name(ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? $"new {member.ContainingType.Name}" : $"{member.ContainingType?.Name}.{member.Name}";
}
