using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>The making of an executor, and where it goes.</summary>
/// <param name="Value">The creation, with the choice that it is part of: <c>few ? new ThreadExecutor() : new ProcessExecutor()</c>.</param>
/// <param name="IsOneOfOthers">Whether the value may be what somebody else has made: <c>given ?? new ThreadExecutor()</c>.</param>
internal readonly record struct NewExecutor(IOperation Value, bool IsOneOfOthers)
{
    /// <summary>Whether <paramref name="creation"/> makes an executor. The name comes first: it tells nearly all apart.</summary>
    public static bool Is(IOperation creation, Compilation compilation) =>
        creation is IObjectCreationOperation { Type: { Name: "ThreadExecutor" or "ProcessExecutor" } type } && KnownSymbols.Of(compilation).IsOrDerivesFrom(type, "Tandem.Executor");

    /// <summary>Whether the value of <paramref name="operation"/> is a new executor, or one of several.</summary>
    public static bool IsAmong(IOperation operation) => operation.Unconverted() switch
    {
        IObjectCreationOperation { Type.Name: "ThreadExecutor" or "ProcessExecutor" } => true,
        IConditionalOperation { WhenFalse: { } otherwise } choice => IsAmong(choice.WhenTrue) || IsAmong(otherwise),
        ICoalesceOperation coalesce => IsAmong(coalesce.WhenNull),
        ISwitchExpressionOperation choice => choice.Arms.Any(static arm => IsAmong(arm.Value)),
        _ => false,
    };

    public static NewExecutor Of(IObjectCreationOperation creation)
    {
        IOperation value = creation;
        var isOneOfOthers = false;
        while (true)
        {
            value = value.Outermost();
            switch (value.Parent)
            {
                case IConditionalOperation choice when choice.Condition != value && choice.WhenFalse is { } otherwise:
                    isOneOfOthers |= !IsAmong(choice.WhenTrue) || !IsAmong(otherwise);
                    value = choice;
                    break;
                case ICoalesceOperation coalesce:
                    (isOneOfOthers, value) = (true, coalesce);
                    break;
                case ISwitchExpressionArmOperation { Parent: ISwitchExpressionOperation choice } arm when arm.Value == value:
                    isOneOfOthers |= choice.Arms.Any(static other => !IsAmong(other.Value) && other.Value.Unconverted() is not IThrowOperation);
                    value = choice;
                    break;
                default:
                    return new NewExecutor(value, isOneOfOthers);
            }
        }
    }

    /// <summary>The local that gets it, and where it is named there; null where something else does.</summary>
    public ILocalSymbol? Local => Value.Parent switch
    {
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Parent.Parent: IVariableDeclarationGroupOperation { Parent: not (IUsingOperation or IUsingDeclarationOperation) } } declarator } => declarator.Symbol,
        IAssignmentOperation { Target: ILocalReferenceOperation { Local: var local }, Parent: IExpressionStatementOperation } => local,
        _ => null,
    };

    /// <summary>Whether <paramref name="creation"/> comes first of those among which the value is chosen.</summary>
    public bool IsFirst(IOperation creation) => Value.DescendantsAndSelf().First(static operation => operation is IObjectCreationOperation { Type.Name: "ThreadExecutor" or "ProcessExecutor" }) == creation;

    /// <summary>The call that is all that ever uses it: <c>new ThreadExecutor().Submit(work)</c>.</summary>
    public IInvocationOperation? OnlyCall => Value.Parent is IInvocationOperation { TargetMethod.Name: "Submit" or "Map" } call && call.Instance == Value ? call : null;
}
