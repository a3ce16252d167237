using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>An object that processes share, on its way to a worker.</summary>
/// <param name="Path">What it is called where the work is handed over.</param>
/// <param name="Work">The work that gets it.</param>
/// <param name="Mention">Where it is named among the arguments.</param>
/// <param name="IsForEach">Whether several items of a Map have it.</param>
internal sealed record HandedOver(AccessPath Path, ProcessWork Work, IOperation Mention, bool IsForEach)
{
    private const int MaxDepth = 6;

    /// <summary>The variable that decides which object it is: of <c>job.Total</c> the job.</summary>
    public ISymbol? Variable => Path.Root.Symbol ?? Path.Symbol;

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
        var mentions = from mention in expression.DescendantsAndSelf()
                       where mention.Type is { } held && isShared(held) && !mention.DescendantsAndSelf().Any(static part => part is IArrayElementReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: true })
                       let path = mention is ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation ? AccessPath.Of(mention) : null
                       where path is not null && path.Root.Symbol?.Locations.Any(location => location.SourceTree == expression.Syntax.SyntaxTree && expression.Syntax.Span.Contains(location.SourceSpan)) is not true
                       select (Path: path, Mention: mention);
        var found = mentions.ToList();
        return found.Select(one => new HandedOver(one.Path, work, one.Mention, work.Repeats
            && (IsRepeated(one.Mention, expression) || found.Exists(other => other.Mention != one.Mention && other.Path.Equals(one.Path)))));
    }

    /// <summary>Whether what is named in a sequence is in each element: <c>numbers.Select(n => (total, n))</c>, <c>Enumerable.Repeat(total, 3)</c>.</summary>
    private static bool IsRepeated(IOperation mention, IOperation sequence)
    {
        for (var at = mention.Parent; at is not null && at != sequence.Parent; at = at.Parent)
            if (at is IAnonymousFunctionOperation or IInvocationOperation { TargetMethod.Name: "Repeat" }) return true;
        return false;
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
