using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

// How a body uses what is in collections.
internal sealed partial class BodyReader
{
    private void VisitForEach(IForEachLoopOperation loop)
    {
        Visit(loop.Collection);
        if (loop.Collection.Unconverted() is { } collection) AddUse(collection, CollectionReader.Of(collection), []);
        Visit(loop.LoopControlVariable);
        Visit(loop.Body);
    }

    private void VisitSpread(ISpreadOperation spread)
    {
        Visit(spread.Operand);
        if (spread.Operand.Unconverted() is { } collection) AddUse(collection, CollectionReader.Of(collection), []);
    }

    private void VisitArgument(IArgumentOperation argument)
    {
        Visit(argument.Value);
        AddUse(argument.Parent ?? argument, CollectionReader.Of(argument), []);
    }

    private void AddCall(IInvocationOperation call, ImmutableArray<Step> sources)
    {
        if (AddUse(call, CollectionReader.Of(call), sources) is not { Kind: AccessKind.Read } use) return;
        // `d.TryGetValue(k, out var v)`: what is found in it.
        foreach (var argument in call.Arguments)
            if (argument is { Parameter.RefKind: RefKind.Out, Value: var value } && Local(value) is { } local) _sources[local] = [use];
    }

    private void AddElement(IPropertyReferenceOperation element, AccessKind kind, IOperation operation, IOperation? value, ImmutableArray<Step> sources)
    {
        var use = CollectionReader.Of(element);
        if (use is null || kind is AccessKind.Read or AccessKind.Receive) AddUse(operation, use, sources);
        else if (element.Property.IsIndexer) AddUse(operation, use.Value with { Act = kind is AccessKind.Write ? CollectionAct.Set : CollectionAct.Update, Value = value }, sources);
        else AddUse(operation, use.Value with { Act = CollectionAct.Change }, sources);
    }

    private CollectionUse? AddUse(IOperation operation, CollectionReader.Use? found, ImmutableArray<Step> sources)
    {
        if (found is not { } use || _places.Object(use.Collection) is not { IsKnown: true, Symbol: not null } place || !MayHaveSharedContents(place)) return null;
        var step = new CollectionUse(operation, _holds, _under, place.Contents, use.Type, use.Act, use.Collection.Unconverted() is ILocalReferenceOperation && place is not { Root: PlaceRoot.Variable, Links.IsEmpty: true }, use.Key, use.Value, sources);
        Add(step);
        return step;
    }

    /// <summary>What a local holds that no lambda captures came from somewhere unknown, or is the body's own; what a parameter holds is the caller's.</summary>
    private bool MayHaveSharedContents(Place place) =>
        place is not { Root: PlaceRoot.Variable, Links.IsEmpty: true, Variable: ILocalSymbol local } || _body.Locals.IsCaptured(local);

    private static ILocalSymbol? Local(IOperation variable) => variable switch
    {
        ILocalReferenceOperation reference => reference.Local,
        IDeclarationExpressionOperation { Expression: ILocalReferenceOperation reference } => reference.Local,
        _ => null,
    };
}
