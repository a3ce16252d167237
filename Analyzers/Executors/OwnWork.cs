using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>Whether code runs as work of an executor that it names: in a lambda that is submitted to it, or in a method that such work is, or calls.</summary>
internal static class OwnWork
{
    /// <summary>How many calls deep the code may be in the work.</summary>
    private const int MaxCalls = 2;

    /// <summary>The submission that runs the code around <paramref name="code"/> on <paramref name="executor"/>, as that code calls it; null where none is seen.</summary>
    public static IInvocationOperation? Submission(IOperation code, AccessPath executor, Compilation compilation, CancellationToken cancellationToken) =>
        Submission(code, executor, compilation, 0, cancellationToken);

    private static IInvocationOperation? Submission(IOperation code, AccessPath executor, Compilation compilation, int calls, CancellationToken cancellationToken)
    {
        for (var at = code.Parent; at is not null; at = at.Parent)
        {
            switch (at)
            {
                case IAnonymousFunctionOperation lambda when lambda.Consumer() is IArgumentOperation { Parent: IInvocationOperation call }:
                    if (ExecutorOf(call) is { } other) return executor.Equals(other) ? call : null;
                    // `items.Select(item => …)` runs where it is written, or where its result is enumerated; another method may run it anywhere.
                    if (call.TargetMethod.ContainingType.Name != "Enumerable") return null;
                    break;
                case IAnonymousFunctionOperation:
                    return null;
                case ILocalFunctionOperation function:
                    return SubmissionOf(function.Symbol, executor, WorkValue.Root(function));
                case IMethodBodyOperation { Syntax: MethodDeclarationSyntax declaration, SemanticModel: { } model }:
                    return model.GetDeclaredSymbol(declaration, cancellationToken) is IMethodSymbol method ? SubmissionOf(method, executor, compilation, calls, cancellationToken) : null;
            }
        }

        return null;
    }

    /// <summary>The executor that a call of Submit or Map hands work to; null for any other call.</summary>
    public static AccessPath? ExecutorOf(IInvocationOperation call) =>
        call is { TargetMethod: { Name: "Submit" or "Map", ContainingType.Name: "Executor" }, Instance: { } executor } ? AccessPath.Of(executor) : null;

    private static IInvocationOperation? SubmissionOf(IMethodSymbol method, AccessPath executor, Compilation compilation, int calls, CancellationToken cancellationToken)
    {
        // Whoever submits it knows the executor: the type itself, or those who pass it. By names first: few members speak of it.
        var members =
            from declaration in method.ContainingType.DeclaringSyntaxReferences
            from member in declaration.GetSyntax(cancellationToken).ChildNodes().OfType<BaseMethodDeclarationSyntax>()
            where Mentions(member, method.Name)
            let body = WorkClassifier.Of(compilation).Operation(member, cancellationToken)
            where body is not null
            select body;
        var bodies = members.ToList();
        if (bodies.Select(body => SubmissionOf(method, executor, body)).FirstOrDefault(static found => found is not null) is { } submission) return submission;

        // What the work calls runs where the work runs.
        return calls == MaxCalls ? null : bodies.SelectMany(static body => body.Descendants()).OfType<IInvocationOperation>().Where(call => IsSame(call.TargetMethod, method))
            .Select(call => Submission(call, Calls(call, executor), compilation, calls + 1, cancellationToken)).FirstOrDefault(static found => found is not null);
    }

    private static bool Mentions(SyntaxNode member, string method) => member.DescendantNodes().Any(node => node is SimpleNameSyntax { Identifier.ValueText: var name } && name == method);

    private static IInvocationOperation? SubmissionOf(IMethodSymbol method, AccessPath executor, IOperation body)
    {
        foreach (var operation in body.Descendants())
        {
            if (operation is not IInvocationOperation submit || ExecutorOf(submit) is not { } receiver || submit.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "work") is not { Value: var handedOver }) continue;

            switch (WorkValue.Delegate(handedOver))
            {
                // An executor among the arguments would have to be one for threads.
                case IMethodReferenceOperation { Method: var group } when IsSame(group, method) && (receiver.Equals(executor) || IsPassed(submit, executor, receiver)):
                    return submit;
                case IAnonymousFunctionOperation lambda when lambda.Body.Descendants().Any(inner => inner is IInvocationOperation call && IsSame(call.TargetMethod, method) && Calls(call, executor).Equals(receiver)):
                    return submit;
            }
        }

        return null;
    }

    private static bool IsSame(IMethodSymbol called, IMethodSymbol method) => SymbolEqualityComparer.Default.Equals((called.ReducedFrom ?? called).OriginalDefinition, method.OriginalDefinition);

    /// <summary>What the method's executor is to the caller: the argument, where it is a parameter.</summary>
    private static AccessPath Calls(IInvocationOperation call, AccessPath executor) =>
        call.Arguments.FirstOrDefault(argument => SymbolEqualityComparer.Default.Equals(argument.Parameter?.OriginalDefinition, executor.Symbol)) is { } passed && AccessPath.Of(passed.Value) is { } path ? path : executor;

    // `pool.Submit(Sum, pool, node)`
    private static bool IsPassed(IInvocationOperation submit, AccessPath executor, AccessPath receiver) =>
        executor.Symbol is IParameterSymbol parameter && submit.Arguments.Where(static argument => argument.Parameter?.Name.StartsWith("argument", System.StringComparison.Ordinal) == true).ElementAtOrDefault(parameter.Ordinal) is { } passed
        && receiver.Equals(AccessPath.Of(passed.Value));
}
