using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What a use of a variable reads of its object: the members, whichever elements of collections lie between, as far as they can be followed.</summary>
internal static class ReadChains
{
    // Of these no change of a collection's elements shows.
    private static readonly HashSet<string> s_fixed = ["Length", "LongLength", "Rank", "Capacity", "Comparer"];

    // Stream.ReadAsync(buffer), Socket.Receive(buffer), Random.NextBytes(buffer)
    private static readonly string[] s_filling = ["Read", "Receive", "NextBytes", "Fill"];

    /// <summary>The chains that a use reads; of a collection that a loop goes through, one for each use of its variable. None for a use that reads nothing of the object.</summary>
    public static IEnumerable<ImmutableArray<string>> Of(IOperation use, ImmutableArray<string> path = default)
    {
        if (path.IsDefault) path = [];
        var value = use.Outermost();
        switch (value.Parent)
        {
            case IPropertyReferenceOperation { Property: var property } member when member.Instance == value:
                if (property.IsIndexer) return Of(member, path);
                if (s_fixed.Contains(property.Name) && property.DeclaringSyntaxReferences.IsEmpty) return [];
                // A property that the user wrote may read anything.
                return property.DeclaringSyntaxReferences.IsEmpty || WorkWalker.IsAutoProperty(property) ? Of(member, path.Add(property.Name)) : [path];
            case IFieldReferenceOperation { Field.Name: var name } member when member.Instance == value:
                return Of(member, path.Add(name));
            case IArrayElementReferenceOperation element when element.ArrayReference == value:
                return Of(element, path);
            case IConditionalAccessOperation access when access.Operation == value:
                return access.WhenNotNull.DescendantsAndSelf().OfType<IConditionalAccessInstanceOperation>().Take(1).SelectMany(instance => Of(instance, path));
            case IForEachLoopOperation { Locals.Length: 1 } each when each.Collection == value:
                return each.Body.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Where(local => SymbolEqualityComparer.Default.Equals(local.Local, each.Locals[0])).SelectMany(local => Of(local, path));
            // Who sets it does not read it.
            case ISimpleAssignmentOperation assignment when assignment.Target == value:
            case INameOfOperation or IIsTypeOperation:
            // Who adds to it, or has it filled anew, does not read it either.
            case IInvocationOperation { Parent: IExpressionStatementOperation } call when call.Instance == value && ObjectChange.Of(call).Any():
            case IArgumentOperation { Parent: IInvocationOperation { TargetMethod: var method } } when value.Unconverted()!.Type is IArrayTypeSymbol && method.DeclaringSyntaxReferences.IsEmpty && s_filling.Any(method.Name.StartsWith):
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } comparison when IsNull(comparison.LeftOperand) || IsNull(comparison.RightOperand):
            case IIsPatternOperation { Pattern: IConstantPatternOperation or INegatedPatternOperation { Pattern: IConstantPatternOperation } } test when test.Value.Type is { IsReferenceType: true, SpecialType: not SpecialType.System_String }:
            case IInvocationOperation { TargetMethod: { Name: "Dispose" or "GetType" } }:
                return [];
            default:
                return [path];
        }
    }

    private static bool IsNull(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: null };
}
