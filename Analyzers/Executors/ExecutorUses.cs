using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>What code does with an executor that a variable of its holds: work with it, shut it down, or hand it to somebody who may.</summary>
internal sealed class ExecutorUses
{
    // A helper that calls a helper that calls a helper.
    private const int MaxCalls = 3;

    private static readonly string[] s_shutDowns = ["Dispose", "DisposeAsync", "ShutdownAsync", "Terminate"];

    // They run the lambdas that they are given and forget them; others may keep one for as long as they please.
    private static readonly string[] s_runners = ["Enumerable", "AsyncEnumerable", "ParallelEnumerable", "Parallel", "Task", "TaskFactory", "List", "Array", "Executor", "ThreadExecutor", "ProcessExecutor"];

    private readonly List<SyntaxNode> _shutDowns = [];

    private ExecutorUses()
    {
    }

    /// <summary>The mentions of the variable that shut the executor down.</summary>
    public IReadOnlyList<SyntaxNode> ShutDowns => _shutDowns;

    /// <summary>The uses of <paramref name="variable"/> in <paramref name="function"/>; null where somebody else may shut the executor down, at a time of their own.</summary>
    public static ExecutorUses? Of(ISymbol variable, SyntaxNode function, IOperation body, Compilation compilation, CancellationToken cancellationToken) =>
        Of(variable, function, body, compilation, calls: 0, cancellationToken);

    private static ExecutorUses? Of(ISymbol variable, SyntaxNode function, IOperation body, Compilation compilation, int calls, CancellationToken cancellationToken)
    {
        var uses = new ExecutorUses();
        foreach (var reference in body.Descendants())
        {
            if (!SymbolEqualityComparer.Default.Equals(VariableOf(reference), variable)) continue;

            var isShutDown = IsShutDown(reference);
            if (!isShutDown && !IsWorkedWith(reference) && !IsLent(reference, compilation, calls, cancellationToken)) return null;
            if (FunctionGraphs.FunctionAround(reference.Syntax) != function && (isShutDown || !RunsHere(reference, function, body))) return null;
            if (isShutDown) uses._shutDowns.Add(reference.Syntax);
        }

        return uses;
    }

    private static ISymbol? VariableOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };

    /// <summary>What is done with <paramref name="reference"/>, also behind <c>?.</c>.</summary>
    private static IOperation? Use(IOperation reference) => reference.Consumer() switch
    {
        IConditionalAccessOperation access when access.Operation.Syntax.Contains(reference.Syntax) =>
            access.WhenNotNull.DescendantsAndSelf().FirstOrDefault(static operation => operation is IConditionalAccessInstanceOperation)?.Consumer(),
        var consumer => consumer,
    };

    private static bool IsShutDown(IOperation reference) => Use(reference) switch
    {
        IInvocationOperation { Instance: not null } call => s_shutDowns.Contains(call.TargetMethod.Name),
        IUsingOperation => true,
        _ => false,
    };

    private static bool IsWorkedWith(IOperation reference) => Use(reference) switch
    {
        // Submit, Map, MaxWorkers.
        IInvocationOperation { Instance: not null } or IPropertyReferenceOperation => true,
        IBinaryOperation or IIsTypeOperation => true,
        IIsPatternOperation test => !test.Pattern.DescendantsAndSelf().Any(static pattern => pattern is IDeclarationPatternOperation { DeclaredSymbol: not null } or IRecursivePatternOperation { DeclaredSymbol: not null }),
        // The variable gets an executor, or nothing at all.
        ISimpleAssignmentOperation { Parent: IExpressionStatementOperation } assignment => assignment.Target == reference && (NewExecutor.IsAmong(assignment.Value) || assignment.Value.Unconverted() is ILiteralOperation),
        ICoalesceAssignmentOperation { Parent: IExpressionStatementOperation } assignment => assignment.Target == reference,
        _ => false,
    };

    /// <summary>Whether it goes to a method of this compilation that only works with it.</summary>
    private static bool IsLent(IOperation reference, Compilation compilation, int calls, CancellationToken cancellationToken)
    {
        if (calls == MaxCalls || reference.Consumer() is not IArgumentOperation { Parameter: { RefKind: RefKind.None, IsParams: false } parameter, Parent: IInvocationOperation { TargetMethod: var method } call }) return false;
        if (WorkWalker.IsDispatched(method, call.Instance) || WorkClassifier.Of(compilation).Body(method.OriginalDefinition, cancellationToken) is not { } body) return false;

        // A reduced extension method has one parameter less than its declaration.
        var declared = parameter.OriginalDefinition is { ContainingSymbol: IMethodSymbol { ReducedFrom: { } whole } } reduced ? whole.Parameters[reduced.Ordinal + 1] : parameter.OriginalDefinition;
        return Of(declared, body.Syntax, body, compilation, calls + 1, cancellationToken) is { ShutDowns.Count: 0 };
    }

    /// <summary>Whether the lambda or local function around <paramref name="reference"/> runs when <paramref name="function"/> says so, and is not kept for later.</summary>
    private static bool RunsHere(IOperation reference, SyntaxNode function, IOperation body)
    {
        for (var at = reference.Parent; at is not null && at.Syntax != function; at = at.Parent)
        {
            if (at is IAnonymousFunctionOperation && !IsRun(at)) return false;
            if (at is ILocalFunctionOperation { Symbol: var symbol } && body.Descendants().Any(operation => operation is IMethodReferenceOperation group && SymbolEqualityComparer.Default.Equals(group.Method, symbol) && !IsRun(group))) return false;
        }

        return true;
    }

    private static bool IsRun(IOperation work) => work.Consumer() switch
    {
        IArgumentOperation { Parent: IInvocationOperation { TargetMethod.ContainingType.Name: var type } } => s_runners.Contains(type),
        // A query's clauses are calls of Enumerable.
        IInvocationOperation { TargetMethod.ContainingType.Name: var type } => s_runners.Contains(type),
        _ => false,
    };
}
