using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>The search for slow calls in one function.</summary>
internal sealed class SlowCallSearch(SemanticModel model, SyntaxNode function, Func<IOperation, LockHolding?> holdAt, LockFlow flow, SlowMethods methods, CancellationToken cancellationToken)
{
    /// <summary>The first slow call of each statement.</summary>
    public IEnumerable<Diagnostic> In(IEnumerable<SyntaxNode> nodes) =>
        from candidate in nodes.OfType<ExpressionSyntax>()
        where MayBeSlow(candidate)
        group candidate by candidate.FirstAncestorOrSelf<StatementSyntax>() into statement
        let diagnostic = statement.Select(Check).FirstOrDefault(static found => found is not null)
        where diagnostic is not null
        select diagnostic;

    /// <summary>Whether it reads like a slow call, by its name, before anything is bound.</summary>
    private bool MayBeSlow(ExpressionSyntax node) => node switch
    {
        InvocationExpressionSyntax call => LockNames.CalledName(call) is { } name && (SlowCalls.Names.Contains(name) || methods.IsName(name)),
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText == "Result",
        ObjectCreationExpressionSyntax { Type: NameSyntax type } => SlowCalls.Names.Contains((type as QualifiedNameSyntax)?.Right.Identifier.ValueText ?? (type as SimpleNameSyntax)?.Identifier.ValueText ?? ""),
        _ => false,
    };

    private Diagnostic? Check(ExpressionSyntax candidate)
    {
        if (model.GetOperation(candidate, cancellationToken) is not { } operation || SlowAt(operation) is not { } slow) return null;
        if (holdAt(operation) is not { } hold || GuardedIo.IsPurpose(slow, hold) || IsOpenedUnderTheLock(operation, hold)) return null;

        // A semaphore may be held for long by design; what it is held over in plain sight is told, not what that comes to.
        if (hold.Kind == LockKind.Semaphore && slow.Operation != operation) return null;
        return Describe(operation, slow, hold);
    }

    /// <summary>The slow call that <paramref name="operation"/> is, or surely comes to; null where it is none.</summary>
    private SlowCall? SlowAt(IOperation operation)
    {
        // Waiting on a condition of one lock while another is held.
        if (flow.Table.Find(operation) is { } lockOperation) return lockOperation is { Action: LockAction.Use, Operation: IInvocationOperation { TargetMethod.Name: "Wait" } } ? new SlowCall(operation, SlowKind.Wait) : null;
        if (SlowCalls.Of(operation) is { } kind) return FinishedTasks.IsFinished(operation, function) ? null : new SlowCall(operation, kind);
        if (operation is not IInvocationOperation { TargetMethod: var method } || !methods.IsName(method.Name) || methods.Of(method, cancellationToken) is not { } inner) return null;

        // Reported where it stands, as that code is declared to run under the lock.
        if (method.IsMarked("HoldsAttribute")) return null;

        // Its own object, or one that it was given: who serializes that is not to be seen here.
        if (inner.Kind is not (SlowKind.Sleep or SlowKind.Wait) && !IoObject.IsOwn(inner.Operation)) return null;
        return flow.Table.Find(inner.Operation) is null && FunctionGraphs.FunctionAround(inner.Operation.Syntax) is { } body && !FinishedTasks.IsFinished(inner.Operation, body) ? inner : null;
    }

    /// <summary>Whether the call reads or writes what a slow call has opened in the same section: that one is reported.</summary>
    private static bool IsOpenedUnderTheLock(IOperation operation, LockHolding hold) =>
        operation is IInvocationOperation { Instance: { } receiver } && receiver.Unconverted() is ILocalReferenceOperation { Local: var local }
        && local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: var value }
        && hold.Section.Span.Contains(value.Span)
        && operation.SemanticModel?.GetOperation(value)?.Unconverted() is { } made && SlowCalls.Of(made) is not null;

    private static Diagnostic Describe(IOperation operation, SlowCall slow, LockHolding hold)
    {
        var acquired = TakenLock.LocationOf(hold.Section);
        var name = SlowCalls.NameOf(slow.Operation);
        var line = slow.Operation.Syntax.GetLocation().GetMappedLineSpan();
        var what = slow.Operation == operation ? $"'{name}' {Reason(slow.Kind)}" : $"'{((IInvocationOperation)operation).TargetMethod.Name}' calls '{name}' on line {line.StartLinePosition.Line + 1}, which {Reason(slow.Kind)},";
        ImmutableArray<Location> places = slow.Operation == operation ? [acquired] : [acquired, slow.Operation.Syntax.GetLocation()];
        return Diagnostic.Create(
            Descriptors.SlowCallUnderLock,
            operation.Syntax.GetLocation(),
            places,
            what,
            hold.Name,
            acquired.GetMappedLineSpan().StartLinePosition.Line + 1,
            slow.Kind is SlowKind.Wait ? "those it waits for may need it too; wait before or after the lock" : "do it before or after the lock");
    }

    private static string Reason(SlowKind kind) => kind switch
    {
        SlowKind.Sleep => "sleeps",
        SlowKind.Wait => "waits for others",
        SlowKind.Network => "waits for the network",
        SlowKind.File => "reads or writes files",
        _ => "waits for the database",
    };
}
