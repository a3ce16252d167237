using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What the code around a start says about the order of the work: some of it never overlaps, whoever starts it.</summary>
internal static class SpawnOrder
{
    /// <summary>The start as the races see it; null if its work shares no memory with the starter, or comes back to the starter's own thread.</summary>
    public static Spawn? Of(Spawn spawn)
    {
        // A worker process has a memory of its own.
        if (spawn.Kind is SpawnKind.Process) return null;
        var settings = Settings(spawn.Site).ToList();
        if (Mentions(settings, "FromCurrentSynchronizationContext") || IsSet(settings, "SynchronizingObject", static _ => true)) return null;

        var isSerial = Mentions(settings, "ExclusiveScheduler") || IsSet(settings, "MaxDegreeOfParallelism", IsOne) || HasOneWorker(spawn, settings) || IsTail(spawn.Site);
        var isOnce = spawn.Kind is SpawnKind.Timer && (StopsItsTimer(spawn) || IsSet(settings, "AutoReset", static value => value.IsKind(SyntaxKind.FalseLiteralExpression)));
        return spawn with
        {
            IsSerial = isSerial,
            IsQueued = isSerial && spawn.Kind is not SpawnKind.Parallel && Parts(spawn.Site).Any(static part => part is IFieldReferenceOperation),
            Repeats = spawn.Repeats && !isSerial && !isOnce,
        };
    }

    /// <summary>The expressions that say how the work is run: the arguments of the start and its receiver, and what their variables are set to.</summary>
    private static IEnumerable<SyntaxNode> Settings(IOperation site)
    {
        // What is set on a timer after it was made.
        if (site is IEventAssignmentOperation) yield return WorkValue.Root(site).Syntax;
        foreach (var part in Parts(site))
            foreach (var origin in Origins(part)) yield return origin;
    }

    private static IEnumerable<IOperation> Parts(IOperation site)
    {
        var (receiver, arguments) = site switch
        {
            IInvocationOperation call => (call.Instance, call.Arguments.Select(static argument => argument.Value)),
            IEventAssignmentOperation { EventReference: IEventReferenceOperation reference } => (reference.Instance, []),
            _ => ((IOperation?)null, Enumerable.Empty<IOperation>()),
        };
        foreach (var value in arguments.Prepend(receiver))
            if (value is not null && value.Type?.TypeKind is not TypeKind.Delegate && WorkValue.Of(value) is var part and not IAnonymousFunctionOperation) yield return part;
    }

    private static IEnumerable<SyntaxNode> Origins(IOperation value)
    {
        if (value is not IFieldReferenceOperation { Field: var field }) return [value.Syntax];
        var declared = field.DeclaringSyntaxReferences.Select(static declaration => declaration.GetSyntax()).OfType<VariableDeclaratorSyntax>().Select(static declarator => declarator.Initializer?.Value);
        var assigned = field.ContainingType.DeclaringSyntaxReferences.SelectMany(static declaration => declaration.GetSyntax().DescendantNodes()).OfType<AssignmentExpressionSyntax>().Select(SyntaxNode? (assignment) =>
            NameOf(assignment.Left) == field.Name ? assignment.Right
            // `_timer.AutoReset = false;`
            : assignment.Left is MemberAccessExpressionSyntax { Expression: var target } && NameOf(target) == field.Name ? assignment
            : null);
        return declared.Concat(assigned).OfType<SyntaxNode>();
    }

    private static bool Mentions(List<SyntaxNode> settings, string name) =>
        settings.SelectMany(static setting => setting.DescendantNodesAndSelf()).Any(node => node is IdentifierNameSyntax identifier && identifier.Identifier.ValueText == name);

    /// <summary>Whether the property is set to such a value.</summary>
    private static bool IsSet(List<SyntaxNode> settings, string property, System.Func<ExpressionSyntax, bool> isAskedFor) =>
        settings.SelectMany(static setting => setting.DescendantNodesAndSelf()).OfType<AssignmentExpressionSyntax>()
            .Any(assignment => NameOf(assignment.Left) == property && isAskedFor(assignment.Right));

    /// <summary><c>new ThreadExecutor(1)</c>, <c>xs.AsParallel().WithDegreeOfParallelism(1)</c></summary>
    private static bool HasOneWorker(Spawn spawn, List<SyntaxNode> settings) => settings.Any(setting => setting switch
    {
        BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } => spawn.Kind is SpawnKind.ThreadExecutor && IsOne(arguments[0].Expression),
        _ => setting.DescendantNodesAndSelf().Any(static node => node is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } call && NameOf(call.Expression) == "WithDegreeOfParallelism" && IsOne(arguments[0].Expression)),
    });

    /// <summary><c>_tail = _tail.ContinueWith(…)</c></summary>
    private static bool IsTail(IOperation site) =>
        site is IInvocationOperation { TargetMethod.Name: "ContinueWith", Instance: { } antecedent } && site.Consumer() is ISimpleAssignmentOperation assignment && NameOf(assignment.Target.Syntax) is { } tail && tail == NameOf(antecedent.Syntax);

    /// <summary>Whether the work begins by stopping the timer that runs it, so that the next run comes after it.</summary>
    private static bool StopsItsTimer(Spawn spawn)
    {
        var timer = spawn.Site switch
        {
            IEventAssignmentOperation { EventReference: IEventReferenceOperation { Instance: { } instance } } => NameOf(instance.Syntax),
            _ => spawn.Site.Consumer() switch
            {
                ISimpleAssignmentOperation assignment => NameOf(assignment.Target.Syntax),
                IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol.Name,
                _ => null,
            },
        };
        var work = WorkValue.Delegate(spawn.Work) switch
        {
            IMethodReferenceOperation group => group.Method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(),
            { } lambda => lambda.Syntax,
            null => null,
        };
        return timer is not null && work is not null && work.DescendantNodes().OfType<ExpressionStatementSyntax>().Any(statement => Stops(statement.Expression, timer) && IsAlwaysDone(statement, work));
    }

    private static bool Stops(ExpressionSyntax expression, string timer) => expression switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call, ArgumentList.Arguments: var arguments } => IsTimer(call.Expression, timer) && call.Name.Identifier.ValueText switch
        {
            "Stop" or "Dispose" => true,
            "Change" => arguments.Count > 0 && (arguments[0].ToString() == "-1" || NameOf(arguments[0].Expression) is "Infinite" or "InfiniteTimeSpan"),
            _ => false,
        },
        AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Enabled" } set, Right.RawKind: (int)SyntaxKind.FalseLiteralExpression } => IsTimer(set.Expression, timer),
        _ => false,
    };

    /// <summary>By its name, or as <c>((Timer)sender)</c>.</summary>
    private static bool IsTimer(ExpressionSyntax expression, string timer) => expression is ParenthesizedExpressionSyntax { Expression: CastExpressionSyntax } || NameOf(expression) == timer;

    private static bool IsAlwaysDone(SyntaxNode statement, SyntaxNode work) =>
        statement.Ancestors().TakeWhile(node => node != work).All(static node => node is BlockSyntax or TryStatementSyntax or UsingStatementSyntax);

    private static bool IsOne(ExpressionSyntax expression) => expression is LiteralExpressionSyntax { Token.Value: 1 };

    private static string? NameOf(SyntaxNode expression) => expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        PostfixUnaryExpressionSyntax suppressed => NameOf(suppressed.Operand),
        _ => null,
    };
}
