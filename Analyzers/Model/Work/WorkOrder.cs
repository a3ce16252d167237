using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>When work for processes runs, as far as the code tells that hands it over: by its order in one member.</summary>
internal static class WorkOrder
{
    // Members that run a lambda once for each element, or several times at once.
    private static readonly HashSet<string> s_each = ["Select", "SelectMany", "ForEach", "ForEachAsync", "For", "ForAsync"];

    /// <summary>Where the code has waited for the work that is handed over at <paramref name="site"/>, as a position of the source; null where it does not.</summary>
    public static int? EndOf(IOperation site, Compilation compilation)
    {
        // `await foreach (var result in pool.Map(…))`
        if (site.Consumer() is IForEachLoopOperation each) return each.Syntax.Span.End;
        // What can't be read may wait for everything.
        if (site.Consumer() is IInvalidOperation || TreeIndex.MemberOf(site.Syntax) is not { } member || BodyTable.Of(compilation).Of(member) is not { } body) return site.Syntax.Span.End;

        // As the body has read it, whose loops it is compared with.
        var start = body.Root.Descendants().FirstOrDefault(operation => operation.Syntax == site.Syntax && operation.Kind == site.Kind) ?? site;
        var join = new JoinFinder(body, start);
        join.Follow(start, 0);
        return Earlier(Earlier(join.End, EndOfExecutor(site)), EndOfProcess(site));
    }

    /// <summary>Whether the second is handed over when the first may still be running. Both are in one member.</summary>
    public static bool Overlap(IOperation first, IOperation second, Compilation compilation) =>
        TreeIndex.MemberOf(first.Syntax) == TreeIndex.MemberOf(second.Syntax)
        && !AreAlternatives(first, second)
        && !IsAfterEnd(second)
        && !(OneAtATime(first) is { } executor && SymbolEqualityComparer.Default.Equals(executor, OneAtATime(second)))
        && (EndOf(first, compilation) is not { } end || second.Position() < end);

    /// <summary>
    /// What hands the same work over again before the one before has ended: the loop around the site, or the call that runs the lambda around it
    /// for each element. Null where each is waited for, and where <paramref name="shared"/> is another one each time.
    /// </summary>
    public static IOperation? RepeaterOf(IOperation site, ISymbol shared, Compilation compilation)
    {
        if (IsAfterEnd(site) || OneAtATime(site) is not null) return null;

        var end = EndOf(site, compilation);
        for (var (child, at) = (site, site.Parent); at is not null; (child, at) = (at, at.Parent))
        {
            var isRepeater = at switch
            {
                ILoopOperation loop => !(loop is IForEachLoopOperation each && each.Collection == child) && !LeavesAfter(loop, site),
                IAnonymousFunctionOperation lambda => lambda.Consumer() is IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: var name } } && s_each.Contains(name),
                _ => false,
            };
            if (!isRepeater) continue;
            // Made anew in each round.
            if (shared.Locations.Any(location => location.SourceTree == at.Syntax.SyntaxTree && at.Syntax.Span.Contains(location.SourceSpan)) || IsSetIn(at, shared)) return null;
            // Waited for in each round; where a lambda waits for its own work, nobody waits before it is called again.
            if (at is ILoopOperation && end <= at.Syntax.Span.End) return null;
            return at;
        }

        return null;
    }

    /// <summary>Whether a loop is left once the work is handed over in it.</summary>
    private static bool LeavesAfter(ILoopOperation loop, IOperation site)
    {
        for (var (child, at) = (site, site.Parent); at is not null && child != loop; (child, at) = (at, at.Parent))
            if (at is IBlockOperation block && block.Operations.SkipWhile(operation => operation != child).Skip(1).Any(static operation => operation is IReturnOperation or IBranchOperation { BranchKind: BranchKind.Break })) return true;
        return false;
    }

    private static bool IsSetIn(IOperation repeater, ISymbol shared) => repeater.Descendants().Any(operation =>
        SymbolEqualityComparer.Default.Equals(HandleUses.Variable(operation), shared) && operation is ILocalReferenceOperation or IFieldReferenceOperation or IParameterReferenceOperation && WorkValue.IsWritten(operation));

    /// <summary>Whether one condition decides which of the two is done.</summary>
    private static bool AreAlternatives(IOperation first, IOperation second)
    {
        for (var at = first.Parent; at is not null; at = at.Parent)
        {
            if (at is IConditionalOperation { WhenFalse: { } otherwise } choice && ((choice.WhenTrue.Contains(first) && otherwise.Contains(second)) || (choice.WhenTrue.Contains(second) && otherwise.Contains(first)))) return true;
            if (at is ISwitchCaseOperation section && !section.Contains(second) && section.Parent!.Contains(second)) return true;
            if (at is ISwitchExpressionArmOperation arm && !arm.Contains(second) && arm.Parent!.Contains(second)) return true;
        }

        return false;
    }

    /// <summary>Where the executor is shut down or disposed, which waits for all of its work.</summary>
    private static int? EndOfExecutor(IOperation site)
    {
        if (site is not IInvocationOperation { Instance: { } instance } || WorkValue.Unconverted(instance) is not ILocalReferenceOperation { Local: var executor }) return null;
        int? end = null;
        foreach (var operation in WorkValue.Root(site).Descendants())
        {
            if (operation is IUsingOperation { Locals: var locals } scope && locals.Contains(executor, SymbolEqualityComparer.Default) && scope.Contains(site)) end = Earlier(end, scope.Syntax.Span.End);
            if (operation is IInvocationOperation { TargetMethod.Name: "ShutdownAsync" or "Terminate" or "Dispose" or "DisposeAsync", Instance: ILocalReferenceOperation { Local: var local } } call
                && SymbolEqualityComparer.Default.Equals(local, executor) && call.Position() > site.Position()) end = Earlier(end, call.Syntax.Span.End);
        }

        return end;
    }

    /// <summary>Where the process that a variable holds is killed or let go.</summary>
    private static int? EndOfProcess(IOperation site)
    {
        var process = site.Consumer() switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol,
            ISimpleAssignmentOperation assignment => HandleUses.Variable(assignment.Target),
            _ => null,
        };
        if (process is null || site.Type?.Name != "WorkerProcess") return null;
        return WorkValue.Root(site).Descendants()
            .FirstOrDefault(operation => operation is IInvocationOperation { TargetMethod.Name: "Kill" or "Terminate" or "Dispose", Instance: { } instance } && operation.Position() > site.Position() && SymbolEqualityComparer.Default.Equals(HandleUses.Variable(instance), process))
            ?.Syntax.Span.End;
    }

    /// <summary>Whether it is done only once something has ended: <c>if (!worker.IsAlive) worker = WorkerProcess.Start(…)</c>.</summary>
    private static bool IsAfterEnd(IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent)
            if (at is IConditionalOperation { Condition: var condition } && condition.DescendantsAndSelf().Any(static part => part is IPropertyReferenceOperation { Property.Name: "IsAlive" or "ExitCode" or "IsCompleted" or "IsCompletedSuccessfully" })) return true;
        return false;
    }

    /// <summary>The executor that runs the work, if it has but one worker: all that it is given it does one after the other.</summary>
    public static ISymbol? OneAtATime(IOperation site) =>
        site is IInvocationOperation { Instance: { } instance } && HandleUses.Variable(instance.Unconverted()) is { } executor
        && Makings.Values(executor, default).ToList() is { Count: > 0 } values && values.TrueForAll(HasOneWorker) ? executor : null;

    private static bool HasOneWorker(ExpressionSyntax making) => making is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } && arguments[0].Expression switch
    {
        LiteralExpressionSyntax { Token.Value: 1 } => true,
        BaseObjectCreationExpressionSyntax { Initializer.Expressions: var set } => set.Any(static one => one is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "MaxWorkers" }, Right: LiteralExpressionSyntax { Token.Value: 1 } }),
        _ => false,
    };

    private static int? Earlier(int? x, int? y) => x is null || y < x ? y ?? x : x;
}
