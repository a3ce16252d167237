using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What a mention of a field or property does with it.</summary>
/// <param name="Reads">Whether it reads what is there.</param>
/// <param name="Writes">Whether it surely changes it, or the object in it.</param>
/// <param name="IsWhole">Whether that is the field or property itself, as against a part of what it holds.</param>
internal readonly record struct StateUse(bool Reads, bool Writes, bool IsWhole = true)
{
    private static readonly StateUse s_none = new(false, false), s_read = new(true, false), s_write = new(false, true), s_update = new(true, true);

    // How deep the methods are looked into that an object is called with.
    private const int MaxDepth = 2;

    public static StateUse Of(IOperation reference) => Of(reference, 0);

    private static StateUse Of(IOperation reference, int depth)
    {
        var isWhole = true;
        for (var at = reference; ; at = at.Parent!)
        {
            switch (at.Parent)
            {
                case INameOfOperation:
                case ILockOperation locked when locked.LockedValue == at:
                    return s_none;
                case IConversionOperation or IParenthesizedOperation:
                    break;
                case IMemberReferenceOperation member when member.Instance == at && member is not IMethodReferenceOperation:
                    isWhole = false;
                    break;
                case IArrayElementReferenceOperation element when element.ArrayReference == at:
                    isWhole = false;
                    break;
                case IAssignmentOperation assignment when assignment.Target == at:
                    return (assignment is ISimpleAssignmentOperation ? s_write : s_update) with { IsWhole = isWhole };
                case IIncrementOrDecrementOperation:
                    return s_update with { IsWhole = isWhole };
                case IEventAssignmentOperation subscription when subscription.EventReference == at:
                    return s_write with { IsWhole = isWhole };
                case ITupleOperation tuple when WorkValue.IsWritten(tuple) || tuple.Parent is IDeconstructionAssignmentOperation deconstruction && deconstruction.Target == tuple:
                    return s_write with { IsWhole = isWhole };
                case IArgumentOperation argument:
                    return OfArgument(argument) with { IsWhole = isWhole };
                case IInvocationOperation call when call.Instance == at:
                    return OfCall(call, depth);
                case IConditionalAccessOperation { WhenNotNull: IInvocationOperation call } access when access.Operation == at:
                    return OfCall(call, depth);
                default:
                    return s_read with { IsWhole = isWhole };
            }
        }
    }

    private static StateUse OfArgument(IArgumentOperation argument) => (argument.Parameter?.RefKind, argument.Parent) switch
    {
        (RefKind.Out, _) => s_write,
        (RefKind.Ref, IInvocationOperation call) => AtomicOperation.Of(call) switch
        {
            AccessKind.Read => s_read,
            AccessKind.Write => s_write,
            // As a rule, what is there is taken and something else put in its place.
            _ => s_update,
        },
        (RefKind.Ref, _) => s_update,
        _ => s_read,
    };

    private static StateUse OfCall(IInvocationOperation call, int depth)
    {
        var method = call.TargetMethod;
        var changes = method.DeclaringSyntaxReferences.IsEmpty ? IsChange(method) : depth < MaxDepth && ChangesItself(call, method, depth);
        var isUsed = call.Consumer() is not IExpressionStatementOperation and not IConditionalAccessOperation;
        return new StateUse(Reads: !changes || (isUsed && !method.ReturnsVoid && !IsAnswer(method)), Writes: changes, IsWhole: false);
    }

    /// <summary>Whether the member of a library changes the object: of a collection, of a signal.</summary>
    private static bool IsChange(IMethodSymbol method) =>
        CollectionType.ActOf(method.Name) is CollectionAct.Add or CollectionAct.Take or CollectionAct.Change or CollectionAct.Decide && IsWithin(method.ContainingType, "Collections", "Text")
        || method.Name is "Set" or "Reset" or "Cancel" or "CancelAsync" or "CancelAfter" or "SetResult" or "TrySetResult" or "Signal" or "AddCount" && IsWithin(method.ContainingType, "Threading", "Threading");

    // `set.Add(x)`, `d.TryAdd(k, v)`: what comes back says whether it was there, which is as true of a copy.
    private static bool IsAnswer(IMethodSymbol method) => CollectionType.ActOf(method.Name) is CollectionAct.Add;

    private static bool IsWithin(INamedTypeSymbol type, string space, string other)
    {
        for (var at = type.ContainingNamespace; at is { IsGlobalNamespace: false }; at = at.ContainingNamespace)
            if (at.Name == space || at.Name == other) return true;
        return false;
    }

    /// <summary>Whether the method of the program writes to a member of its own object.</summary>
    private static bool ChangesItself(IInvocationOperation call, IMethodSymbol method, int depth) =>
        !WorkWalker.IsDispatched(method, call.Instance)
        && call.SemanticModel?.Compilation is { } compilation
        && WorkClassifier.Of(compilation).Body(method.OriginalDefinition, default) is { } body
        && body.Descendants().Any(operation => operation is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance, Parent: IMemberReferenceOperation member } && Of(member, depth + 1).Writes);
}
