using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>The lambdas that a call has run when it returns: the code around the call waits for what they do.</summary>
internal static class LambdasRun
{
    private static readonly string[] s_collections = ["List", "Array", "Dictionary", "HashSet"];

    /// <summary>A first look: whether a lambda is passed to the call at all.</summary>
    public static bool MayBe(IOperation operation) => operation is IInvocationOperation call && call.Arguments.Any(static argument => argument.Value.Unconverted() is IAnonymousFunctionOperation);

    public static IEnumerable<IAnonymousFunctionOperation> By(IOperation operation, Compilation compilation, CancellationToken cancellationToken)
    {
        if (operation is not IInvocationOperation call) yield break;
        foreach (var argument in call.Arguments)
            if (argument.Value.Unconverted() is IAnonymousFunctionOperation lambda && IsRun(call, argument, lambda, compilation, cancellationToken)) yield return lambda;
    }

    private static bool IsRun(IInvocationOperation call, IArgumentOperation argument, IAnonymousFunctionOperation lambda, Compilation compilation, CancellationToken cancellationToken) => call.TargetMethod switch
    {
        // await Task.Run(() => …), Task.Run(…).Wait()
        { Name: "Run" or "StartNew", ContainingType.Name: "Task" or "TaskFactory" } => call.IsWaitedFor(),
        // What an async lambda does behind its first await, nobody here waits for.
        _ when lambda.Symbol.IsAsync => false,
        // `later.Add(() => …)` keeps it: to a collection it is an item like others.
        { DeclaringSyntaxReferences.IsEmpty: true } method => argument.Parameter?.OriginalDefinition.Type.TypeKind == TypeKind.Delegate && s_collections.Contains(method.ContainingType.Name) && !method.ReturnType.Name.EndsWith("Enumerable", StringComparison.Ordinal),
        var method => argument.Parameter is { } parameter && method.OriginalDefinition.DeclaringSyntaxReferences is { Length: 1 } references
            && compilation.ContainsSyntaxTree(references[0].SyntaxTree) && Calls(references[0].GetSyntax(cancellationToken), parameter.Name),
    };

    /// <summary>Whether the function itself, and not one that runs later, calls its parameter: <c>work()</c>, <c>work.Invoke()</c>.</summary>
    private static bool Calls(SyntaxNode function, string parameter) =>
        FunctionGraphs.IsFunction(function) && FunctionGraphs.OwnNodes(function).OfType<InvocationExpressionSyntax>().Any(call => call switch
        {
            { Expression: IdentifierNameSyntax name } => name.Identifier.ValueText == parameter,
            { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Invoke", Expression: IdentifierNameSyntax name } } => name.Identifier.ValueText == parameter,
            { Parent: ConditionalAccessExpressionSyntax { Expression: IdentifierNameSyntax name }, Expression: MemberBindingExpressionSyntax { Name.Identifier.ValueText: "Invoke" } } => name.Identifier.ValueText == parameter,
            _ => false,
        });
}
