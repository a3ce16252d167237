using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>Whether code that holds a lock may come to take it again, through what it calls: then only a reentrant lock will do.</summary>
internal sealed class LockReentry(FieldLock field, SemanticModel model, CancellationToken cancellationToken)
{
    private readonly LockTakings _takings = LockTakings.For(model.Compilation);
    private readonly LockFlow _flow = LockFlow.For(model.Compilation);

    public bool IsPossible() =>
        model.GetDeclaredSymbol(field.Declaration.Declaration.Variables[0], cancellationToken) is { } theLock
        && _flow.FunctionsIn(model.SyntaxTree, cancellationToken).Any(function => function.Function.Span.IntersectsWith(field.Declaration.Parent!.Span) && IsPossible(function, new LockClass(theLock.OriginalDefinition, LockPart.Itself)));

    private bool IsPossible(LockingFunction function, LockClass theLock)
    {
        if (_takings.In(function, cancellationToken).Any(taking => taking.Taken.Class == theLock && taking.Held.Any(IsTheLock))) return true;
        return _flow.In(function.Function, model, cancellationToken) is { } locks
            && model.GetOperation(function.Function, cancellationToken) is { } root
            && root.OwnDescendants().Any(operation => RunsOthers(operation) && locks.At(operation).Maybe.Any(IsTheLock));

        bool IsTheLock(HeldLock held) => LockClass.Of(held.Lock, containingType: null) == theLock;
    }

    /// <summary>Whether <paramref name="operation"/> runs code that is not to be seen here, and may come back: a delegate, an override, a handler or continuation.</summary>
    private bool RunsOthers(IOperation operation)
    {
        if (operation is IInvocationOperation { TargetMethod.MethodKind: MethodKind.DelegateInvoke }) return true;
        return operation switch
        {
            IInvocationOperation call => RunsOthers(call.TargetMethod, call.Instance),
            IPropertyReferenceOperation property => RunsOthers(property.Property, property.Instance),
            _ => false,
        };
    }

    private bool RunsOthers(ISymbol member, IOperation? receiver)
    {
        if (member.DeclaringSyntaxReferences.IsEmpty) return CallbackTable.RunsOthers(member);
        if (!LockAccess.IsOverridable(member) || receiver?.Type?.IsSealed == true) return false;
        // A hook of its own is there for others to call back from; another object's member comes back if one of that name takes locks.
        return receiver is IInstanceReferenceOperation || _takings.MayTake(member.Name, cancellationToken);
    }
}
