using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.Analyzers.Model;

/// <summary>The place where a delegate is handed over to run elsewhere.</summary>
internal static class HandOver
{
    /// <summary>Where to report <paramref name="work"/>: of a lambda with a block only what stands before the block, so that its lines stay readable in an editor.</summary>
    public static Location Head(IOperation work) => WorkValue.Unconverted(work).Syntax switch
    {
        LambdaExpressionSyntax { Block: not null } lambda => Location.Create(lambda.SyntaxTree, TextSpan.FromBounds(lambda.SpanStart, lambda.ArrowToken.Span.End)),
        AnonymousMethodExpressionSyntax { ParameterList: { } parameters } method => Location.Create(method.SyntaxTree, TextSpan.FromBounds(method.SpanStart, parameters.Span.End)),
        AnonymousMethodExpressionSyntax method => method.DelegateKeyword.GetLocation(),
        var syntax => syntax.GetLocation(),
    };

    /// <summary>The argument that hands <paramref name="work"/> over; null where it is no argument.</summary>
    public static IArgumentOperation? Argument(IOperation work)
    {
        IOperation? operation = work;
        while (operation is IDelegateCreationOperation or IConversionOperation or IParenthesizedOperation or IAnonymousFunctionOperation or IMethodReferenceOperation or ILocalReferenceOperation)
            operation = operation.Parent;
        return operation as IArgumentOperation;
    }
}
