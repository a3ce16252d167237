using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Tasks whose result is there when it is asked for.</summary>
internal static class FinishedTasks
{
    private static readonly string[] s_states = ["IsCompleted", "IsCompletedSuccessfully", "IsFaulted", "IsCanceled", "Status", "Exception"];
    private static readonly string[] s_joins = ["WhenAll", "WaitAll", "WhenAny", "WaitAny"];
    private static readonly string[] s_made = ["FromResult", "FromException", "FromCanceled", "CompletedTask"];

    /// <summary>Whether <paramref name="wait"/> (<c>task.Result</c>, <c>task.Wait()</c>, <c>task.GetAwaiter().GetResult()</c>) has nothing to wait for.</summary>
    public static bool IsFinished(IOperation wait, SyntaxNode function)
    {
        if (TaskOf(wait) is not { } task) return false;

        // An awaiter that is kept is asked when it says that it is done.
        if (wait is IInvocationOperation { TargetMethod.Name: "GetResult" } && task.Type is { Name: var name } && name.EndsWith("Awaiter", StringComparison.Ordinal)) return true;

        switch (task)
        {
            case IInvocationOperation call when s_made.Contains(call.TargetMethod.Name):
            // `WriteAsync(async: false)` has done its work when it returns.
            case IInvocationOperation { Arguments: var arguments } when arguments.Any(static argument => argument is { Parameter.Name: "async" or "isAsync" or "useAsync" or "runAsync", Value.ConstantValue: { HasValue: true, Value: false } }):
            case IPropertyReferenceOperation property when s_made.Contains(property.Property.Name):
            // A continuation's antecedent.
            case IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } }:
                return true;
        }

        var text = task.Syntax.ToString();
        return FunctionGraphs.OwnNodes(function).Any(node => node.SpanStart < wait.Syntax.SpanStart && node switch
        {
            MemberAccessExpressionSyntax member when s_states.Contains(member.Name.Identifier.ValueText) => member.Expression.ToString() == text,
            MemberAccessExpressionSyntax member when s_joins.Contains(member.Name.Identifier.ValueText) => true,
            AwaitExpressionSyntax awaited => awaited.Expression.ToString() is var expression && (expression == text || expression.StartsWith(text + ".ConfigureAwait", StringComparison.Ordinal)),
            IsPatternExpressionSyntax pattern => pattern.Expression.ToString() == text && pattern.Pattern.ToString().Contains("IsCompleted"),
            _ => false,
        });
    }

    private static IOperation? TaskOf(IOperation wait)
    {
        var task = wait switch
        {
            IPropertyReferenceOperation { Instance: var instance } => instance,
            IInvocationOperation { Instance: var instance } => instance,
            _ => null,
        };
        while (task.Unconverted() is IInvocationOperation { TargetMethod.Name: "GetAwaiter" or "ConfigureAwait" or "AsTask" or "Preserve", Instance: { } inner }) task = inner;
        return task.Unconverted();
    }
}
