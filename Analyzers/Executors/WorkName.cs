using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>What a message calls a piece of work: the method that it is, or all but is.</summary>
internal static class WorkName
{
    public static string Of(IOperation work, WorkEvidence evidence) => WorkValue.Delegate(work) switch
    {
        IMethodReferenceOperation reference => $"'{reference.Method.Name}'",
        // The lambda that only calls is known by what it calls, unless what tells is elsewhere in it.
        IAnonymousFunctionOperation { Body.Operations: { Length: > 0 and <= 2 } statements } lambda
            when OnlyCall(statements[0]) is { } call && (call.Syntax.GetLocation() == evidence.Location || !IsWithin(evidence.Location, lambda)) && Telling(call, evidence) is { } method => $"'{method.Name}'",
        _ => "This work",
    };

    /// <summary>Of a call and those in its arguments, the one whose method holds the evidence: of <c>Console.WriteLine(Work(n))</c> it is Work. Null where that is not plain.</summary>
    private static IMethodSymbol? Telling(IInvocationOperation call, WorkEvidence evidence)
    {
        var inner = call.Descendants().OfType<IInvocationOperation>().ToList();
        if (inner.Count == 0) return call.TargetMethod;
        return inner.Prepend(call).Select(static one => one.TargetMethod).FirstOrDefault(method => method.DeclaringSyntaxReferences.Any(declaration =>
            declaration.SyntaxTree == evidence.Location.SourceTree && declaration.Span.Contains(evidence.Location.SourceSpan)));
    }

    private static bool IsWithin(Location location, IOperation operation) => location.SourceTree == operation.Syntax.SyntaxTree && operation.Syntax.Span.Contains(location.SourceSpan);

    private static IInvocationOperation? OnlyCall(IOperation statement) => statement switch
    {
        IExpressionStatementOperation { Operation: IInvocationOperation call } => call,
        IReturnOperation { ReturnedValue: { } value } => WorkValue.Unconverted(value) as IInvocationOperation,
        _ => null,
    };
}
