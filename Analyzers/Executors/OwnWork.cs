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
    /// <summary>The submission that runs the code around <paramref name="code"/> on <paramref name="executor"/>, as that code calls it; null where none is seen.</summary>
    public static IInvocationOperation? Submission(IOperation code, AccessPath executor, Compilation compilation, CancellationToken cancellationToken)
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
                    return model.GetDeclaredSymbol(declaration, cancellationToken) is IMethodSymbol method ? SubmissionOf(method, executor, compilation, cancellationToken) : null;
            }
        }

        return null;
    }

    /// <summary>The executor that a call of Submit or Map hands work to; null for any other call.</summary>
    public static AccessPath? ExecutorOf(IInvocationOperation call) =>
        call is { TargetMethod: { Name: "Submit" or "Map", ContainingType.Name: "Executor" }, Instance: { } executor } ? AccessPath.Of(executor) : null;

    private static IInvocationOperation? SubmissionOf(IMethodSymbol method, AccessPath executor, Compilation compilation, CancellationToken cancellationToken)
    {
        // Whoever submits it knows the executor: the type itself, or those who pass it. By names first: few methods submit anything.
        foreach (var declaration in method.ContainingType.DeclaringSyntaxReferences)
        {
            foreach (var member in declaration.GetSyntax(cancellationToken).ChildNodes().OfType<BaseMethodDeclarationSyntax>())
            {
                if (!MaySubmit(member, method.Name) || WorkClassifier.Of(compilation).Operation(member, cancellationToken) is not { } body) continue;
                if (SubmissionOf(method, executor, body) is { } found) return found;
            }
        }

        return null;
    }

    private static bool MaySubmit(SyntaxNode member, string method)
    {
        var (submits, mentions) = (false, false);
        foreach (var node in member.DescendantNodes())
        {
            if (node is not SimpleNameSyntax { Identifier.ValueText: var name }) continue;
            submits |= name is "Submit" or "Map";
            mentions |= name == method;
        }

        return submits && mentions;
    }

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
