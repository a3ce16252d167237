using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>A lock that is held at some code, with what there is to say about it.</summary>
/// <param name="Name">The lock, as its reader would write it.</param>
/// <param name="Kind">The kind of lock.</param>
/// <param name="IsAsync">Whether it was waited for asynchronously.</param>
/// <param name="Type">The type of the object that is locked.</param>
/// <param name="Section">The <c>lock</c> statement or the call that took it.</param>
internal sealed record LockHolding(string Name, LockKind Kind, bool IsAsync, ITypeSymbol? Type, SyntaxNode Section)
{
    /// <summary>The innermost lock that is surely held at <paramref name="operation"/>; null where none is, or none that keeps all others out.</summary>
    public static LockHolding? At(IOperation operation, LockingFunction function, LockFlow flow, SemanticModel model, CancellationToken cancellationToken)
    {
        // Where only `lock` statements take and give back, the innermost one around the code is held.
        if (!function.HasCalls) return OfStatement(operation, function.Function, model, cancellationToken);
        if (flow.In(function.Function, model, cancellationToken) is not { } locks) return null;

        foreach (var held in locks.At(operation).Surely.Reverse())
        {
            if (IsOfNewObject(held.Lock, function.Function)) continue;
            // `Monitor.Wait` gives back the lock that it waits on.
            if (operation is IInvocationOperation wait && flow.Table.Find(wait) is { Action: LockAction.Use, Lock: var own } && own.Equals(held.Lock)) continue;
            if (held.Kind == LockKind.Semaphore && (SemaphoreCount.Of(held.Lock.Symbol) != 1 || locks.ReleasesOf(held.Acquire).IsEmpty)) continue;
            return new LockHolding(held.Lock.ToString(), held.Kind, locks.AcquireOf(held.Acquire) is { IsAsync: true }, TypeOf(held.Lock), TakenLock.HeadOf(held.Acquire.Syntax) ?? held.Acquire.Syntax);
        }

        return null;
    }

    /// <summary>The lock that the callers of a method hold, as its <c>[Holds]</c> says; null for any other attribute.</summary>
    public static LockHolding? Declared(AttributeSyntax attribute, SemanticModel model, CancellationToken cancellationToken)
    {
        if (!attribute.Name.ToString().Contains("Holds")) return null;
        if (attribute.ArgumentList?.Arguments.FirstOrDefault()?.Expression is not { } argument || model.GetConstantValue(argument, cancellationToken).Value is not string name) return null;
        if (!Annotations.IsAnnotation(model.GetTypeInfo(attribute, cancellationToken).Type, "HoldsAttribute")) return null;
        var field = model.GetEnclosingSymbol(attribute.SpanStart, cancellationToken)?.ContainingType?.GetMembers(name).FirstOrDefault() ?? model.LookupSymbols(attribute.SpanStart, name: name).FirstOrDefault();
        return new LockHolding(name, LockKind.Monitor, IsAsync: false, (field as IFieldSymbol)?.Type, attribute);
    }

    private static LockHolding? OfStatement(IOperation operation, SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        for (var node = operation.Syntax.Parent; node is not null && node != function; node = node.Parent)
        {
            if (node is not LockStatementSyntax statement || !statement.Statement.Span.Contains(operation.Syntax.Span)) continue;
            var theLock = model.GetOperation(statement.Expression, cancellationToken).Unconverted();
            var path = AccessPath.Of(theLock);
            if (IsOfNewObject(path, function)) continue;
            var name = path?.ToString() ?? statement.Expression.ToString();
            if (operation is IInvocationOperation { TargetMethod: { Name: "Wait", ContainingType.Name: "Monitor" } } wait && AccessPath.Of(wait.Arguments[0])?.ToString() == name) continue;
            return new LockHolding(name, LockKind.Monitor, IsAsync: false, theLock?.Type, statement);
        }

        return null;
    }

    /// <summary>Whether nobody else has the object of the lock: it is being made.</summary>
    private static bool IsOfNewObject(AccessPath? theLock, SyntaxNode function) => function is ConstructorDeclarationSyntax && theLock?.Root.IsThis == true;

    private static ITypeSymbol? TypeOf(AccessPath path) => path.Symbol switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        _ => null,
    };
}
