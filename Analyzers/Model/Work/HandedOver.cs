using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>An object that processes share, on its way to a worker.</summary>
/// <param name="Shared">The variable that has it where the work is handed over.</param>
/// <param name="Work">The work that gets it.</param>
/// <param name="Mention">Where it is named among the arguments.</param>
internal sealed record HandedOver(ISymbol Shared, ProcessWork Work, IOperation Mention)
{
    private const int MaxDepth = 6;

    /// <summary>What the parameter of a function that runs in worker processes stands for, through the calls between the work and the function.</summary>
    public static IEnumerable<HandedOver> As(IParameterSymbol parameter, ProcessWorkTable works, System.Func<ITypeSymbol, bool> isShared) => As(parameter, works, isShared, 0);

    /// <summary>The objects of such a type that are mentioned in what is handed over to some work.</summary>
    public static IEnumerable<HandedOver> To(ProcessWork work, System.Func<ITypeSymbol, bool> isShared) =>
        work.Site is IInvocationOperation call ? call.Arguments.Where(static argument => Ordinal(argument) >= 0).SelectMany(argument => Mentions(argument.Value, work, isShared)) : [];

    /// <summary>The argument of the hand-over that becomes the parameter of the work with that number.</summary>
    public static IOperation? ArgumentOf(ProcessWork work, int ordinal) =>
        work.Site is IInvocationOperation call ? call.Arguments.FirstOrDefault(argument => Ordinal(argument) == ordinal)?.Value : null;

    private static IEnumerable<HandedOver> As(IParameterSymbol parameter, ProcessWorkTable works, System.Func<ITypeSymbol, bool> isShared, int depth)
    {
        if (depth == MaxDepth || works.FunctionOf(parameter) is not { } function) yield break;

        foreach (var work in function.Works)
            if (ArgumentOf(work, parameter.Ordinal) is { } value)
                foreach (var handed in Mentions(value, work, isShared)) yield return handed;

        foreach (var (call, _) in function.Calls)
        {
            var argument = (call as IInvocationOperation)?.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal)?.Value;
            if (argument is not null && WorkSources.Root(argument) is IParameterReferenceOperation { Parameter: var passed })
                foreach (var handed in As(passed, works, isShared, depth + 1)) yield return handed;
        }
    }

    private static IEnumerable<HandedOver> Mentions(IOperation value, ProcessWork work, System.Func<ITypeSymbol, bool> isShared)
    {
        var expression = WorkValue.Unconverted(value);
        if (expression.Type is not { } type || !isShared(type)) expression = WorkValue.Of(expression);
        // What is picked out of an array may be another one each time.
        return from mention in expression.DescendantsAndSelf()
               where mention.Type is { } held && isShared(held) && mention.Parent is not IArrayElementReferenceOperation
               let variable = mention switch { ILocalReferenceOperation local => local.Local, IParameterReferenceOperation of => of.Parameter, IFieldReferenceOperation field => field.Field, _ => default(ISymbol) }
               where variable is not null && !variable.Locations.Any(location => location.SourceTree == expression.Syntax.SyntaxTree && expression.Syntax.Span.Contains(location.SourceSpan))
               select new HandedOver(variable, work, mention);
    }

    // `argument`, `argument2`; of a Map the items.
    private static int Ordinal(IArgumentOperation argument) => argument.Parameter?.Name switch
    {
        "argument" or "argument1" or "items" => 0,
        "argument2" => 1,
        "argument3" => 2,
        "argument4" => 3,
        _ => -1,
    };
}
