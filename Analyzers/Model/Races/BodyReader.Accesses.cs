using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

// What a body reads, writes and calls.
internal sealed partial class BodyReader
{
    private void VisitDeclarator(IVariableDeclaratorOperation declarator)
    {
        if (declarator.GetVariableInitializer() is not { } initializer) return;
        // `ref var same = ref _n;` reads nothing yet.
        if (declarator.Symbol.IsRef && _places.Of(initializer.Value).IsKnown)
        {
            VisitReceiver(initializer.Value);
            return;
        }

        _sources[declarator.Symbol] = SourcesOf(initializer.Value);
    }

    private void VisitAssignment(ISimpleAssignmentOperation assignment)
    {
        VisitReceiver(assignment.Target);
        var sources = SourcesOf(assignment.Value);
        Write(assignment.Target, AccessKind.Write, assignment, assignment.Value, sources);
    }

    private void VisitDeconstruction(IDeconstructionAssignmentOperation deconstruction)
    {
        var sources = SourcesOf(deconstruction.Value);
        var targets = deconstruction.Target is ITupleOperation tuple ? tuple.Elements : [];
        foreach (var target in targets)
        {
            VisitReceiver(target);
            Write(target, AccessKind.Write, deconstruction, null, sources);
        }
    }

    private void VisitUpdate(IOperation update, IOperation target, IOperation? value)
    {
        VisitReceiver(target);
        var sources = value is null ? [] : SourcesOf(value);
        if (target is ILocalReferenceOperation { Local: var local }) sources = sources.AddRange(Kept(local));
        Write(target, AccessKind.Update, update, value, sources);
    }

    private void VisitCoalesceAssignment(ICoalesceAssignmentOperation assignment)
    {
        VisitReceiver(assignment.Target);
        Visit(assignment.Value);
        Write(assignment.Target, AccessKind.Other, assignment, assignment.Value, []);
    }

    private void VisitByReference(IArgumentOperation argument)
    {
        VisitReceiver(argument.Value);
        Write(argument.Value, argument.Parameter!.RefKind is RefKind.Out ? AccessKind.Write : AccessKind.Other, argument, null, []);
    }

    private void VisitInvocation(IInvocationOperation call)
    {
        if (AtomicOperation.Of(call) is { } kind)
        {
            var target = call.Arguments[0].Value;
            VisitReceiver(target);
            foreach (var argument in call.Arguments.Skip(1)) Visit(argument.Value);
            if (_places.Of(target) is { IsKnown: true } place) Add(new Access(call, _holds, _under, place, kind, call.Arguments.Length > 1 ? call.Arguments[1].Value : null, []));
            return;
        }

        Visit(call.Instance);
        var sources = call.Arguments.SelectMany(argument => SourcesOf(argument)).ToImmutableArray();
        Add(new Call(call, _holds, _under, call.TargetMethod));
        AddCall(call, sources);
        _body.MayAcquire |= LockTable.IsAcquireName(call.TargetMethod.Name) || LockHelper.MayTake(call.TargetMethod);
    }

    private void VisitReference(IOperation reference, AccessKind kind)
    {
        VisitReceiver(reference);
        if (reference is ILocalReferenceOperation { Local: var local }) _collector.AddRange(Kept(local));
        if (reference.Type?.TypeKind is TypeKind.Delegate && kind is AccessKind.Read) Add(new Handover(reference, _holds, _under));

        if (reference is IPropertyReferenceOperation { Property: { } property } && !property.IsLocation())
        {
            if (property.GetMethod is { } getter) Add(new Call(reference, _holds, _under, getter));
            AddElement((IPropertyReferenceOperation)reference, kind, reference, null, []);
            _body.MayAcquire |= property.GetMethod is { } asked && LockHelper.AsksWhetherHeld(asked);
        }
        else if (_places.Of(reference) is { IsKnown: true } place && MayBeShared(place))
        {
            Add(new Access(reference, _holds, _under, place, kind, null, []));
        }
    }

    /// <summary>Visits what leads to a member or an element, but not the member or element itself.</summary>
    private void VisitReceiver(IOperation reference)
    {
        switch (reference)
        {
            case IMemberReferenceOperation { Instance: { } instance } member:
                VisitAsReceiver(instance);
                if (member is IPropertyReferenceOperation { Arguments: { IsEmpty: false } arguments })
                    foreach (var argument in arguments) Visit(argument);
                break;
            case IArrayElementReferenceOperation element:
                VisitAsReceiver(element.ArrayReference);
                foreach (var index in element.Indices) Visit(index);
                break;
        }
    }

    private void VisitAsReceiver(IOperation receiver)
    {
        if (receiver is IFieldReferenceOperation or IPropertyReferenceOperation or IArrayElementReferenceOperation) VisitReference(receiver, AccessKind.Receive);
        else if (receiver is not (ILocalReferenceOperation or IParameterReferenceOperation)) Visit(receiver);
        // A local that holds what was read before is tested or written through.
        else if (receiver is ILocalReferenceOperation { Local: var local }) _collector.AddRange(Kept(local));
    }

    private void Write(IOperation target, AccessKind kind, IOperation operation, IOperation? value, ImmutableArray<Step> sources)
    {
        if (target is ILocalReferenceOperation { Local: var local }) _sources[local] = sources;

        if (target is IPropertyReferenceOperation { Property: { } property } && !property.IsLocation())
        {
            if (kind is AccessKind.Update && property.GetMethod is { } getter) Add(new Call(operation, _holds, _under, getter));
            if (property.SetMethod is { } setter) Add(new Call(operation, _holds, _under, setter));
            AddElement((IPropertyReferenceOperation)target, kind, operation, value, sources);
        }
        else if (_places.Of(target) is { IsKnown: true } place && MayBeShared(place))
        {
            Add(new Access(operation, _holds, _under, place, kind, value, sources));
        }
    }

    /// <summary>A variable that no lambda captures, and the fields of a struct in it, are the body's alone.</summary>
    private bool MayBeShared(Place place) => place.Root is not PlaceRoot.Variable || _body.Locals.IsCaptured(place.Variable!) || !IsOwnStorage(place);

    private static bool IsOwnStorage(Place place)
    {
        var type = place.Variable switch { ILocalSymbol { RefKind: RefKind.None } local => local.Type, IParameterSymbol { RefKind: RefKind.None } parameter => parameter.Type, _ => null };
        return place.Links.IsEmpty || type is { IsValueType: true };
    }
}
