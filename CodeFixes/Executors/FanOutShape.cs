using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Executors;

/// <summary>A loop that starts work for each element, and the wait for all of it, read from statements that do nothing else.</summary>
/// <param name="Start">The statement to replace.</param>
/// <param name="Superfluous">Statements that only kept and awaited what was started.</param>
internal sealed record FanOutShape(
    StatementSyntax Start, IReadOnlyList<StatementSyntax> Superfluous, ExpressionSyntax Sequence, string Element, AnonymousFunctionExpressionSyntax Work, bool IsAwaited)
{
    public static FanOutShape? Find(SemanticModel model, IOperation spawn)
    {
        // Work that is a method group takes no element, and work that is asynchronous is not what Parallel bounds.
        if (spawn.Syntax.DescendantNodes().OfType<AnonymousFunctionExpressionSyntax>().FirstOrDefault() is not { AsyncKeyword.RawKind: 0 } work
            || work.Parent is not ArgumentSyntax { Parent: ArgumentListSyntax { Arguments.Count: 1 } })
            return null;

        // Parallel's threads are the pool's: they take no name and no priority.
        if (spawn is IObjectCreationOperation { Initializer.Initializers: var set } && !set.All(static one => one is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.Name: "IsBackground" } }))
            return null;

        return spawn.Syntax.Ancestors().FirstOrDefault(static a => a is ForEachStatementSyntax or SimpleLambdaExpressionSyntax) switch
        {
            ForEachStatementSyntax loop => OfLoop(model, loop, spawn, work),
            SimpleLambdaExpressionSyntax { Body: var body, Parameter: var element } select when body == spawn.Syntax => OfSelect(model, select, element, work),
            _ => null,
        };
    }

    // foreach (var item in items) { var thread = new Thread(() => …); thread.Start(); threads.Add(thread); }
    // foreach (var item in items) tasks.Add(Task.Run(() => …));
    private static FanOutShape? OfLoop(SemanticModel model, ForEachStatementSyntax loop, IOperation spawn, AnonymousFunctionExpressionSyntax work)
    {
        var keeper = default(ILocalSymbol);
        foreach (var statement in Statements(loop.Statement))
        {
            switch (model.GetOperation(statement))
            {
                case IVariableDeclarationGroupOperation declaration when declaration.Descendants().Any(o => o.Syntax == spawn.Syntax) && declaration.Syntax.DescendantNodes().OfType<VariableDeclaratorSyntax>().First().Initializer?.Value == spawn.Syntax:
                case IExpressionStatementOperation { Operation: IInvocationOperation { TargetMethod: { Name: "Start", ContainingType.Name: "Thread" }, Arguments.IsEmpty: true } }:
                    break;
                case IExpressionStatementOperation { Operation: IInvocationOperation { TargetMethod: { Name: "Add", ContainingType.Name: "List" }, Instance: ILocalReferenceOperation { Local: var list }, Arguments: { Length: 1 } added } }
                    when keeper is null && (WorkValue.Unconverted(added[0].Value) is ILocalReferenceOperation || WorkValue.Unconverted(added[0].Value).Syntax == spawn.Syntax):
                    keeper = list;
                    break;
                default:
                    return null;
            }
        }

        return keeper is null ? null : Waited(model, keeper, loop, loop.Expression, loop.Identifier.Text, work);
    }

    // await Task.WhenAll(items.Select(item => Task.Run(() => …)));     var tasks = items.Select(…); await Task.WhenAll(tasks);
    private static FanOutShape? OfSelect(SemanticModel model, SimpleLambdaExpressionSyntax select, ParameterSyntax element, AnonymousFunctionExpressionSyntax work)
    {
        if (select.Parent?.Parent?.Parent is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Select", Expression: var sequence } } call) return null;

        // `ToList()` and `ToArray()` only start the tasks.
        ExpressionSyntax started = call;
        while (started.Parent is MemberAccessExpressionSyntax { Name.Identifier.Text: "ToList" or "ToArray", Parent: InvocationExpressionSyntax eager }) started = eager;

        if (started.Parent is ArgumentSyntax && started.FirstAncestorOrSelf<ExpressionStatementSyntax>() is { } statement && WaitOf(model, statement) is var (awaited, argument) && argument == started)
            return new(statement, [], sequence, element.Identifier.Text, work, awaited);

        return started.Parent is EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable }
            && variable.Parent?.Parent is LocalDeclarationStatementSyntax declaration
            && model.GetDeclaredSymbol(variable) is ILocalSymbol keeper
            ? Waited(model, keeper, declaration, sequence, element.Identifier.Text, work) : null;
    }

    /// <summary>The shape, if what <paramref name="keeper"/> keeps is only waited for, in the statement after <paramref name="start"/>.</summary>
    private static FanOutShape? Waited(SemanticModel model, ILocalSymbol keeper, StatementSyntax start, ExpressionSyntax sequence, string element, AnonymousFunctionExpressionSyntax work)
    {
        if (start.Parent is not BlockSyntax block || block.Statements.ElementAtOrDefault(block.Statements.IndexOf(start) + 1) is not { } wait) return null;
        if (WaitOf(model, wait) is not var (awaited, argument) || argument is null || model.GetSymbolInfo(argument).Symbol is not ILocalSymbol waited || !SymbolEqualityComparer.Default.Equals(waited, keeper)) return null;

        var declaration = keeper.DeclaringSyntaxReferences[0].GetSyntax().FirstAncestorOrSelf<LocalDeclarationStatementSyntax>();
        if (declaration is not { Declaration.Variables.Count: 1 } || declaration.Parent != block) return null;

        // Whoever else reads the list wants the threads or the results.
        var own = new[] { declaration, start, wait };
        var others = block.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == keeper.Name && !own.Any(statement => statement.Span.Contains(name.Span)));
        if (others.Any()) return null;

        return new(start, [.. own.Where(statement => statement != start).Distinct()], sequence, element, work, awaited);
    }

    // await Task.WhenAll(tasks);   Task.WaitAll(tasks.ToArray());   foreach (var thread in threads) thread.Join();
    private static (bool IsAwaited, ExpressionSyntax? Argument)? WaitOf(SemanticModel model, StatementSyntax statement)
    {
        switch (statement)
        {
            case ExpressionStatementSyntax { Expression: AwaitExpressionSyntax { Expression: InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } call } } when Calls(model, call, "WhenAll"):
                return (true, Eager(arguments[0].Expression));
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } call } when Calls(model, call, "WaitAll"):
                return (false, Eager(arguments[0].Expression));
            case ForEachStatementSyntax { Statement: var body, Expression: var threads } when Only(body) is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0 } join }
                && model.GetSymbolInfo(join).Symbol is IMethodSymbol { Name: "Join", ContainingType.Name: "Thread" }:
                return (false, threads);
            default:
                return null;
        }
    }

    private static ExpressionSyntax Eager(ExpressionSyntax sequence) =>
        sequence is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ToArray", Expression: IdentifierNameSyntax list } } ? list : sequence;

    private static IEnumerable<StatementSyntax> Statements(StatementSyntax body) => body is BlockSyntax block ? block.Statements : Enumerable.Repeat(body, 1);

    private static StatementSyntax Only(StatementSyntax body) => body is BlockSyntax { Statements: { Count: 1 } statements } ? statements[0] : body;

    private static bool Calls(SemanticModel model, ExpressionSyntax call, string method) =>
        model.GetSymbolInfo(call).Symbol is IMethodSymbol { ContainingType.Name: "Task" } called && called.Name == method;
}
