using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>A read of shared memory and the write, to the same place, of what was made of it.</summary>
/// <param name="Write">The assignment, increment or call that writes.</param>
/// <param name="Place">What it writes to.</param>
/// <param name="Reads">The reads that the new value is made of; none where the write itself reads.</param>
internal sealed record SharedUpdate(IOperation Write, SharedPlace Place, IReadOnlyList<IOperation> Reads)
{
    private const int MaxSteps = 3;

    public static SharedUpdate? Of(IOperation operation)
    {
        switch (operation)
        {
            case IIncrementOrDecrementOperation step:
                return SharedPlace.Of(step.Target) is { } counted ? new(step, counted, [.. Tests(step, counted)]) : null;
            case ICompoundAssignmentOperation compound:
                return SharedPlace.Of(compound.Target) is { } changed ? new(compound, changed, [.. Tests(compound, changed)]) : null;
            case ISimpleAssignmentOperation assignment when SharedPlace.Of(assignment.Target) is { } assigned:
                return OfReads(assignment, assigned, assignment.Value);
            case IInvocationOperation call when SharedPlace.OfCall(call, "Write") is { } written && call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Ordinal == 1) is { } value:
                return OfReads(call, written, value.Value);
            default:
                return null;
        }
    }

    /// <summary>Whether a lock that other processes know is held, from the read to the write.</summary>
    public bool IsLocked(CancellationToken cancellationToken)
    {
        var holds = HoldsAt(Write, cancellationToken);
        return Reads.Count == 0 || holds.Count == 0 ? holds.Count > 0 : Reads.Any(read => HoldsAt(read, cancellationToken).Any(hold => holds.Exists(other => other.Acquire.Syntax == hold.Acquire.Syntax)));
    }

    /// <summary>The locks that other processes know, held at some code.</summary>
    public static List<HeldLock> HoldsAt(IOperation operation, CancellationToken cancellationToken) =>
        operation.SemanticModel is { Compilation: var compilation } model ? [.. LockFlow.For(compilation).At(operation, model, cancellationToken).Maybe.Where(Crosses)] : [];

    /// <summary>A mutex or a semaphore of the system may have a name; those of one process have not.</summary>
    public static bool Crosses(HeldLock held) => held.Kind switch
    {
        LockKind.ProcessLock or LockKind.Mutex or LockKind.Custom => true,
        LockKind.Semaphore => (held.Acquire as IInvocationOperation)?.Instance?.Type?.Name is not "SemaphoreSlim",
        _ => false,
    };

    private static SharedUpdate? OfReads(IOperation write, SharedPlace place, IOperation value)
    {
        var reads = ReadsIn(value, place, write, 0).ToList();
        if (reads.Count == 0 && !IsFlag(write, value)) reads = [.. Tests(write, place)];
        return reads.Count > 0 ? new(write, place, reads) : null;
    }

    /// <summary>The reads of the place that decide whether it is written to: <c>if (x > best.Value) best.Value = x;</c>, <c>if (left.Value == 0) return; left.Value--;</c>.</summary>
    private static IEnumerable<IOperation> Tests(IOperation write, SharedPlace place) => Conditions(write).SelectMany(condition => ReadsIn(condition, place, write, 0));

    private static IEnumerable<IOperation> Conditions(IOperation write)
    {
        for (var (child, at) = (write, write.Parent); at is not null and not (IAnonymousFunctionOperation or ILocalFunctionOperation); (child, at) = (at, at.Parent))
        {
            if (at is IConditionalOperation { Condition: var condition } && !condition.Contains(write)) yield return condition;
            if (at is not IBlockOperation block) continue;
            // Those that leave before it comes to that.
            foreach (var statement in block.Operations.TakeWhile(statement => statement != child))
                if (Guard(statement) is { } guard) yield return guard;
        }
    }

    private static IOperation? Guard(IOperation statement) => statement switch
    {
        IConditionalOperation { WhenFalse: null } choice when Leaves(choice.WhenTrue) => choice.Condition,
        // `using (left.Lock.Acquire()) if (left.Value == 0) return;`
        IUsingOperation { Body: { } body } => body is IBlockOperation { Operations: { Length: 1 } only } ? Guard(only[0]) : Guard(body),
        _ => null,
    };

    private static bool Leaves(IOperation branch) => branch switch
    {
        IBlockOperation { Operations: { IsEmpty: false } operations } => Leaves(operations[operations.Length - 1]),
        IReturnOperation or IBranchOperation or IThrowOperation => true,
        IExpressionStatementOperation { Operation: IThrowOperation } => true,
        _ => false,
    };

    /// <summary>Whether it is set, and nothing else is done, if it is not set yet: two who do so disturb nobody.</summary>
    private static bool IsFlag(IOperation write, IOperation value) => value.ConstantValue.HasValue && write.Parent?.Parent switch
    {
        IConditionalOperation { WhenFalse: null } => true,
        IBlockOperation { Operations.Length: 1, Parent: IConditionalOperation { WhenFalse: null } } => true,
        IBlockOperation block => block.Operations.All(statement => statement == write.Parent || statement.IsImplicit || Guard(statement) is not null),
        _ => false,
    };

    /// <summary>The reads of the place that the value is made of, those included whose result is in a local by now.</summary>
    private static IEnumerable<IOperation> ReadsIn(IOperation value, SharedPlace place, IOperation write, int steps)
    {
        foreach (var part in value.DescendantsAndSelf())
        {
            if ((SharedPlace.Of(part) ?? SharedPlace.OfCall(part, "Read")) is { } read && read.IsSame(place)) yield return part;
            if (steps == MaxSteps || part is not ILocalReferenceOperation { Local: { IsRef: false } local }) continue;
            foreach (var operation in WorkValue.Root(write).Descendants())
            {
                if (operation.Position() >= write.Position()) continue;
                var source = operation switch
                {
                    IVariableDeclaratorOperation declarator when Same(declarator.Symbol, local) => declarator.GetVariableInitializer()?.Value,
                    IAssignmentOperation { Target: ILocalReferenceOperation target } assignment when Same(target.Local, local) => assignment.Value,
                    // `view.Read(8, out var header)`
                    IArgumentOperation { Parameter.RefKind: RefKind.Out, Value: var result, Parent: IInvocationOperation call } when Same(HandleUses.Variable((result as IDeclarationExpressionOperation)?.Expression ?? result), local) => call,
                    _ => null,
                };
                if (source is null) continue;
                foreach (var found in ReadsIn(source, place, write, steps + 1)) yield return found;
            }
        }
    }

    private static bool Same(ISymbol? x, ISymbol y) => SymbolEqualityComparer.Default.Equals(x, y);
}
