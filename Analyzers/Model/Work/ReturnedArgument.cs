using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Whether work gives back what it is given, by itself or as part of its result.</summary>
internal static class ReturnedArgument
{
    public static bool Is(IOperation work, int argument, Compilation compilation, CancellationToken cancellationToken)
    {
        var (body, parameters) = work switch
        {
            IAnonymousFunctionOperation lambda => ((IOperation?)lambda, lambda.Symbol.Parameters),
            IMethodReferenceOperation { Method: var method } => (WorkClassifier.Of(compilation).Body(method.OriginalDefinition, cancellationToken), method.OriginalDefinition.Parameters),
            _ => default,
        };
        return body is not null && argument < parameters.Length && body.Descendants().OfType<IReturnOperation>().Any(returned => returned.ReturnedValue?.DescendantsAndSelf().Any(part => IsGivenBack(part, parameters[argument])) == true);
    }

    // Not `list.Count`, but `list`, `(list, n)`, `new Result(list)`.
    private static bool IsGivenBack(IOperation part, IParameterSymbol parameter) =>
        part is IParameterReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Parameter, parameter)
        && part.Consumer() is IReturnOperation or ITupleOperation or IArgumentOperation { Parent: IObjectCreationOperation } or IConditionalOperation or ICollectionExpressionOperation or IArrayInitializerOperation or ISimpleAssignmentOperation;
}
