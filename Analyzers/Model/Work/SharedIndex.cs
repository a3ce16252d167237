using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells an index that belongs to one worker, because it is told so by an argument, from one that any worker may come to.</summary>
internal static class SharedIndex
{
    private const int MaxDepth = 6;

    private enum Source
    {
        /// <summary>The same for each worker.</summary>
        Constant,

        /// <summary>A number that the worker was given, or counts up from one.</summary>
        Given,

        /// <summary>What is found in data: several workers may find the same.</summary>
        Data,

        /// <summary>Nobody knows.</summary>
        Unknown,
    }

    /// <summary>Whether each worker that <paramref name="handed"/> gives the array to surely, or maybe, has an index of its own.</summary>
    /// <param name="index">The index, in the code of the work; null where there is but one place.</param>
    /// <param name="handed">How the array gets to the work.</param>
    /// <param name="repeater">What hands the work over several times; null where it is other work.</param>
    /// <param name="other">The other work; the same one where it is handed over several times.</param>
    public static bool IsOwned(IOperation? index, HandedOver handed, IOperation? repeater, ProcessWork? other)
    {
        if (index is null) return false;
        var parameters = new List<IParameterSymbol>();
        return Of(index, parameters, 0) switch
        {
            Source.Constant or Source.Data => false,
            Source.Given => !parameters.TrueForAll(parameter => IsSame(parameter, handed.Work, repeater, other)),
            _ => true,
        };
    }

    /// <summary>Whether any process may come to the index: a number that is written in the code, or found in data.</summary>
    public static bool IsAnybodys(IOperation? index) => index is null || Of(index, [], 0) is Source.Constant or Source.Data;

    // Whether each run of the work is given the same.
    private static bool IsSame(IParameterSymbol parameter, ProcessWork work, IOperation? repeater, ProcessWork? other)
    {
        if (work.Repeats || HandedOver.ArgumentOf(work, parameter.Ordinal) is not { } given || !IsOf(parameter, work)) return false;
        if (given.ConstantValue.HasValue) return other is null || other == work || (HandedOver.ArgumentOf(other, parameter.Ordinal)?.ConstantValue is { HasValue: true, Value: var value } && Equals(value, given.ConstantValue.Value));
        // A variable from outside the loop, which nobody counts up.
        return other == work && repeater is not null && WorkValue.Unconverted(given) is (ILocalReferenceOperation or IParameterReferenceOperation) and var passed && HandleUses.Variable(passed) is { } variable
            && !variable.Locations.Any(location => repeater.Syntax.Span.Contains(location.SourceSpan))
            && !repeater.Descendants().Any(operation => SymbolEqualityComparer.Default.Equals(HandleUses.Variable(operation), variable) && WorkValue.IsWritten(operation));
    }

    private static bool IsOf(IParameterSymbol parameter, ProcessWork work) => work.Delegate switch
    {
        IAnonymousFunctionOperation lambda => SymbolEqualityComparer.Default.Equals(lambda.Symbol, parameter.ContainingSymbol),
        IMethodReferenceOperation group => SymbolEqualityComparer.Default.Equals(group.Method.OriginalDefinition, parameter.ContainingSymbol.OriginalDefinition),
        _ => false,
    };

    private static Source Of(IOperation index, List<IParameterSymbol> parameters, int depth)
    {
        index = WorkValue.Unconverted(index);
        if (index.ConstantValue.HasValue) return Source.Constant;
        if (depth == MaxDepth) return Source.Unknown;

        switch (index)
        {
            case IParameterReferenceOperation { Parameter: var parameter }:
                if (!IsCount(parameter.Type)) return Source.Data;
                parameters.Add(parameter);
                return Source.Given;
            case ILocalReferenceOperation local:
                return OfLocal(local, parameters, depth);
            // Many numbers have the same remainder.
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Remainder or BinaryOperatorKind.And } lossy:
                return Of(lossy.LeftOperand, parameters, depth + 1) is Source.Constant ? Source.Constant : Source.Data;
            case IBinaryOperation { OperatorMethod: null } binary:
                return Most(Of(binary.LeftOperand, parameters, depth + 1), Of(binary.RightOperand, parameters, depth + 1));
            case IPropertyReferenceOperation { Property.Name: "Length", Instance.Type: var type } when SharedPlace.IsShared(type):
                return Source.Constant;
            case IArrayElementReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: true } or IInvocationOperation { Arguments.IsEmpty: false }:
                return Source.Data;
            // `job.Index`, but not `word.Length`
            case IMemberReferenceOperation { Instance: { } instance, Member: var member } when WorkSources.Root(instance) is IParameterReferenceOperation:
                return member.DeclaringSyntaxReferences.IsEmpty && member.ContainingType is { IsTupleType: false } ? Source.Data : Source.Unknown;
            case IMemberReferenceOperation { Instance: { } instance } when WorkSources.Root(instance) is ILocalReferenceOperation:
                return Source.Data;
            default:
                return Source.Unknown;
        }
    }

    private static Source OfLocal(ILocalReferenceOperation local, List<IParameterSymbol> parameters, int depth)
    {
        var found = default(Source?);
        foreach (var operation in WorkValue.Root(local).Descendants())
        {
            var value = operation switch
            {
                IVariableDeclaratorOperation declarator when SymbolEqualityComparer.Default.Equals(declarator.Symbol, local.Local) => declarator.GetVariableInitializer()?.Value,
                // `i++` and `i += 2` count up from where it begins.
                IAssignmentOperation { Target: ILocalReferenceOperation target } assignment when SymbolEqualityComparer.Default.Equals(target.Local, local.Local) => assignment.Value,
                _ => null,
            };
            if (value is not null) found = Most(found ?? Source.Constant, Of(value, parameters, depth + 1));
            // Letters and bytes repeat; numbers may be a list of indices.
            if (operation is IForEachLoopOperation each && each.Locals.Contains(local.Local, SymbolEqualityComparer.Default)) return IsCount(local.Local.Type) ? Source.Unknown : Source.Data;
        }

        return found ?? Source.Unknown;
    }

    private static Source Most(Source x, Source y) => x > y ? x : y;

    private static bool IsCount(ITypeSymbol type) => type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32 or SpecialType.System_UInt64 or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_IntPtr;
}
