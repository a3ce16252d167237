using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// One body: what it writes, and what the objects that it writes to came from. Order does not matter: a local that ever holds something
/// from outside, or something that leads there, counts as that.
/// </summary>
internal sealed class WorkChangesWalk
{
    private static readonly SymbolEqualityComparer s_same = SymbolEqualityComparer.Default;

    private readonly WorkChangesReader _reader;
    private readonly IOperation _body;
    private readonly ImmutableArray<IOperation> _operations;
    private readonly Dictionary<ISymbol, HashSet<ISymbol>> _origins = new(s_same);
    private readonly HashSet<ISymbol> _changed = new(s_same);
    private readonly WorkSources _sources;
    private bool _shared;

    public WorkChangesWalk(WorkChangesReader reader, IOperation body)
    {
        (_reader, _body) = (reader, body);
        _operations = [.. body.DescendantsAndSelf()];
        _sources = new(body, _origins);
    }

    public WorkChanges Read()
    {
        // What flows into a local may flow on from there.
        int before;
        do
        {
            before = _origins.Values.Sum(static origins => origins.Count);
            foreach (var operation in _operations) Flow(operation);
        }
        while (_origins.Values.Sum(static origins => origins.Count) > before);

        foreach (var operation in _operations) Visit(operation);
        return new(_shared, _changed);
    }

    private void Flow(IOperation operation)
    {
        switch (operation)
        {
            case IVariableDeclaratorOperation { Symbol: var local } declarator when declarator.GetVariableInitializer() is { } initializer:
                Into(local, local.IsRef ? _sources.Reached(initializer.Value) : _sources.Of(initializer.Value));
                break;
            case IAssignmentOperation assignment:
                Into(assignment.Target, _sources.Of(assignment.Value));
                break;
            case IForEachLoopOperation each:
                foreach (var local in each.Locals) Into(local, local.IsRef || !WorkImmutability.IsImmutable(local.Type) ? _sources.Reached(each.Collection) : []);
                break;
            // A pattern takes its value apart; it does not say which part of what.
            case IDeclarationPatternOperation { DeclaredSymbol: { } declared }:
                Into(declared, Everything(declared));
                break;
            case IRecursivePatternOperation { DeclaredSymbol: { } declared }:
                Into(declared, Everything(declared));
                break;
            case IDeclarationExpressionOperation { Expression: var declared }:
                Into(declared, declared.Type is { } type && WorkImmutability.IsImmutable(type) ? [] : _sources.All(_operations));
                break;
            // A collection leads to what is put into it.
            case IInvocationOperation call:
                var passed = call.Arguments.SelectMany(a => _sources.Of(a.Value)).ToList();
                if (call.Instance is { } instance) Into(instance, passed);
                foreach (var argument in call.Arguments.Where(static a => !WorkImmutability.IsImmutable(a.Value.Type))) Into(argument.Value, passed);
                break;
            case IAnonymousFunctionOperation lambda when lambda != _body:
                foreach (var parameter in lambda.Symbol.Parameters) Into(parameter, WorkImmutability.IsImmutable(parameter.Type) ? [] : Beside(lambda));
                break;
            case ILocalFunctionOperation function when function != _body:
                foreach (var parameter in function.Symbol.Parameters) Into(parameter, Everything(parameter));
                break;
        }
    }

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case IAssignmentOperation assignment:
                Write(assignment.Target);
                Escape(assignment.Target, assignment.Value);
                break;
            case IIncrementOrDecrementOperation increment:
                Write(increment.Target);
                break;
            case IInvocationOperation call:
                Call(call);
                break;
            case IObjectCreationOperation { Constructor: { } constructor } creation:
                Arguments(constructor, creation.Arguments, constructor.IsImplicitlyDeclared || constructor.DeclaringSyntaxReferences.IsEmpty || IsRecordHead(constructor) ? null : _reader.Method(constructor), constructor.IsImplicitlyDeclared || IsRecordHead(constructor));
                _shared |= !constructor.ContainingType.DeclaringSyntaxReferences.IsEmpty && _reader.AreInitializersShared(constructor.ContainingType);
                break;
            case IMethodReferenceOperation { Method: var method } group:
                if (!IsHere(method)) MethodGroup(group, method);
                break;
            case IPropertyReferenceOperation property:
                Property(property);
                break;
            case IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } when !field.IsReadOnly || !WorkImmutability.IsImmutable(field.Type):
            case IEventReferenceOperation or ILockOperation:
                _shared = true;
                break;
            case IForEachLoopOperation { Collection: var collection } when WorkValue.Unconverted(collection).Type is INamedTypeSymbol { DeclaringSyntaxReferences.IsEmpty: false }:
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IDynamicObjectCreationOperation
                or IFunctionPointerInvocationOperation or IAddressOfOperation or IInvalidOperation:
                Unknown(_sources.All(_operations));
                break;
            case IBinaryOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method }:
                Operator(operation, method);
                break;
            case IUnaryOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method }:
                Operator(operation, method);
                break;
            case IConversionOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method }:
                Operator(operation, method);
                break;
        }
    }

    private void Call(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            // A lambda of this body is read in its place.
            if (call.Instance is not { } target || WorkValue.Of(target) is not IAnonymousFunctionOperation lambda || !_body.Contains(lambda)) Unknown(_sources.All(_operations));
            return;
        }

        if (IsHere(method)) return;
        var isSource = !method.DeclaringSyntaxReferences.IsEmpty;
        var changes = isSource && !WorkWalker.IsDispatched(method, call.Instance) ? _reader.Method(method) : null;
        if (call.Instance is { } receiver && (changes is null ? isSource || !WorkPurity.KeepsReceiver(method) : changes.Includes(method.ContainingType.OriginalDefinition)) && !IsReadOnly(method)) Change(receiver);
        Arguments(method, call.Arguments, changes, isKnown: false);
    }

    private void Arguments(IMethodSymbol method, ImmutableArray<IArgumentOperation> arguments, WorkChanges? changes, bool isKnown)
    {
        var isSource = !method.DeclaringSyntaxReferences.IsEmpty && !isKnown;
        if (isSource) _shared |= changes is not { Shared: false };
        if (changes is not null) _changed.UnionWith(changes.Variables.Where(variable => !s_same.Equals(variable.ContainingSymbol, method.OriginalDefinition) && (variable is not INamedTypeSymbol || method.MethodKind == MethodKind.LocalFunction)));

        foreach (var argument in arguments)
        {
            if (argument.Parameter is not { } parameter) continue;
            if (parameter.RefKind is RefKind.Ref or RefKind.Out) Write(argument.Value);
            var isKept = changes is not null ? !changes.Includes(method.OriginalDefinition.Parameters[parameter.Ordinal]) : isKnown || !isSource && WorkPurity.KeepsArgument(method, parameter);
            if (!isKept) _changed.UnionWith(_sources.Of(argument.Value));
        }
    }

    private void MethodGroup(IMethodReferenceOperation group, IMethodSymbol method)
    {
        if (method.DeclaringSyntaxReferences.IsEmpty)
        {
            if (!WorkPurity.KeepsReceiver(method)) _changed.UnionWith([.. Beside(group), .. group.Instance is { } kept ? _sources.Of(kept) : []]);
            return;
        }

        var changes = WorkWalker.IsDispatched(method, group.Instance) ? null : _reader.Method(method);
        _shared |= changes is not { Shared: false };
        if (changes is null || changes.Variables.Count > 0) _changed.UnionWith([.. Beside(group), .. group.Instance is { } changed ? _sources.Of(changed) : []]);
    }

    private void Property(IPropertyReferenceOperation property)
    {
        var isRead = !WorkValue.IsWritten(property) || property.Parent is ICompoundAssignmentOperation or IIncrementOrDecrementOperation;
        if (property.Property.DeclaringSyntaxReferences.IsEmpty) return;
        if (WorkWalker.IsAutoProperty(property.Property) && !WorkWalker.IsDispatched(property.Property, property.Instance))
        {
            if (property.Property.IsStatic) _shared |= property.Property.SetMethod is not null || !WorkImmutability.IsImmutable(property.Type);
            return;
        }

        // The positional property of a record has no accessor of its own.
        if (property.Property.GetMethod is { IsImplicitlyDeclared: true } && property.Property.ContainingType.IsRecord) return;
        if (isRead) Accessor(property, property.Property.GetMethod);
        if (WorkValue.IsWritten(property)) Accessor(property, property.Property.SetMethod);
    }

    private void Accessor(IPropertyReferenceOperation property, IMethodSymbol? accessor)
    {
        var changes = accessor is null || WorkWalker.IsDispatched(property.Property, property.Instance) ? null : _reader.Method(accessor);
        _shared |= changes is not { Shared: false };
        if (property.Instance is { } instance && changes?.Includes(property.Property.ContainingType.OriginalDefinition) is not false) Change(instance);
        if (changes is null) _changed.UnionWith(property.Arguments.SelectMany(a => _sources.Of(a.Value)));
    }

    private void Operator(IOperation operation, IMethodSymbol method)
    {
        var changes = _reader.Method(method);
        _shared |= changes is not { Shared: false };
        if (changes is null || changes.Variables.Count > 0) _changed.UnionWith(operation.ChildOperations.SelectMany(_sources.Of));
    }

    private void Unknown(IEnumerable<ISymbol> reached)
    {
        _shared = true;
        _changed.UnionWith(reached);
    }

    // Of a value, its own place changes; of an object, whatever place it came from.
    private void Change(IOperation receiver)
    {
        if (receiver.Type is { IsValueType: true, IsRefLikeType: false }) Write(receiver);
        else _changed.UnionWith(_sources.Of(receiver));
    }

    private void Write(IOperation target)
    {
        switch (WorkValue.Unconverted(target))
        {
            case ILocalReferenceOperation { Local: var local }:
                if (local.IsRef) _changed.UnionWith(_sources.Reached(target));
                else if (!_sources.IsOwn(local)) _changed.Add(local);
                break;
            case IParameterReferenceOperation { Parameter: var parameter }:
                if (parameter.RefKind is not RefKind.None || !_sources.IsOwn(parameter)) _changed.Add(parameter);
                break;
            case IFieldReferenceOperation { Field.IsStatic: true } or IPropertyReferenceOperation { Property.IsStatic: true } or IEventReferenceOperation:
                _shared = true;
                break;
            case IPropertyReferenceOperation { Property.RefKind: not RefKind.None, Instance: { } span }:
                _changed.UnionWith(_sources.Reached(span));
                break;
            case IMemberReferenceOperation { Instance: { } instance }:
                Change(instance);
                break;
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } self:
                _changed.UnionWith(_sources.Reached(self));
                break;
            case ITupleOperation tuple:
                foreach (var element in tuple.Elements) Write(element);
                break;
            case IDeclarationExpressionOperation declaration:
                Write(declaration.Expression);
                break;
            case IDiscardOperation or IInstanceReferenceOperation:
                break;
            case var other:
                _changed.UnionWith(_sources.Reached(other));
                break;
        }
    }

    // What is kept where this body cannot follow it may be changed there.
    private void Escape(IOperation target, IOperation value)
    {
        if (WorkSources.Root(target) is IFieldReferenceOperation or IPropertyReferenceOperation or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }) _changed.UnionWith(_sources.Of(value));
    }

    private void Into(IOperation target, IEnumerable<ISymbol> origins)
    {
        switch (WorkSources.Root(target))
        {
            case ILocalReferenceOperation { Local: var local }: Into(local, origins); break;
            case IParameterReferenceOperation { Parameter: var parameter }: Into(parameter, origins); break;
            case ITupleOperation tuple: foreach (var element in tuple.Elements) Into(element, origins); break;
            case IDeclarationExpressionOperation declaration: Into(declaration.Expression, origins); break;
        }
    }

    private void Into(ISymbol variable, IEnumerable<ISymbol> origins)
    {
        if (!_origins.TryGetValue(variable, out var known)) _origins[variable] = known = new(s_same);
        known.UnionWith(origins.ToList());
    }

    private IEnumerable<ISymbol> Everything(ISymbol variable) =>
        variable switch { ILocalSymbol local => local.Type, IParameterSymbol parameter => parameter.Type, _ => null } is { } type && WorkImmutability.IsImmutable(type) ? [] : _sources.All(_operations);

    // A delegate gets its arguments from what is passed beside it: `orders.Select(o => …)`.
    private IEnumerable<ISymbol> Beside(IOperation work) =>
        work.Consumer() is IArgumentOperation { Parent: IInvocationOperation call }
            ? [.. call.Arguments.Where(a => !a.Contains(work)).SelectMany(a => _sources.Reached(a.Value)), .. call.Instance is { } instance ? _sources.Reached(instance) : []]
            : _sources.All(_operations);

    private bool IsHere(IMethodSymbol method) =>
        method.MethodKind == MethodKind.LocalFunction && _operations.Any(o => o is ILocalFunctionOperation { Symbol: var function } && s_same.Equals(function, method.OriginalDefinition));

    private static bool IsReadOnly(IMethodSymbol method) =>
        method.ContainingType.IsValueType && (method.IsReadOnly || method.ContainingType.IsReadOnly || method.ContainingType.SpecialType != SpecialType.None);

    private static bool IsRecordHead(IMethodSymbol constructor) =>
        constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is TypeDeclarationSyntax;
}
