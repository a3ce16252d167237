using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Locks;

/// <summary>The test that decides whether code waits.</summary>
/// <param name="Condition">What is tested.</param>
/// <param name="Names">The state in it, by name.</param>
/// <param name="IsOwn">Whether that state belongs to the object or the type around it, so that its callers rely on it, too.</param>
/// <param name="IsGuard">Whether the code leaves where the condition holds, in front of the wait. That may be for another reason than the wait's.</param>
internal sealed record WaitTest(ExpressionSyntax Condition, HashSet<string> Names, bool IsOwn, bool IsGuard = false)
{
    /// <summary>
    /// The <c>if</c>, <c>&amp;&amp;</c> or <c>||</c> around <paramref name="wait"/> that tests some state, or the <c>if (_ready) return;</c> right in
    /// front of it; null where there is none, or a loop is nearer.
    /// </summary>
    public static WaitTest? Around(InvocationExpressionSyntax wait, SemanticModel model)
    {
        WaitTest? found = null;
        for (SyntaxNode node = wait; node.Parent is { } parent && !FunctionGraphs.IsFunction(node); node = parent)
        {
            switch (parent)
            {
                // A loop around the test may be over something else; one whose condition the wait is part of tests again.
                case WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax: return node is StatementSyntax ? found : null;
                // A branch that first does work of its own is not about the wait.
                case BlockSyntax block when found is null && block.Statements.TakeWhile(statement => statement != node).Any(static statement => statement is WhileStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax): return null;
                case IfStatementSyntax test when test.Condition != node: found ??= Of(test.Condition, model); break;
                case BlockSyntax block when node is ExpressionStatementSyntax own && GuardBefore(own, block) is { } guard: found ??= Of(guard.Condition, model) is { } left ? left with { IsGuard = true } : null; break;
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression } both when both.Right == node: found ??= Of(both.Left, model); break;
            }
        }

        return found;
    }

    /// <summary>Whether <paramref name="node"/> names the state.</summary>
    public bool IsMention(SyntaxNode node) => node is IdentifierNameSyntax name && Names.Contains(name.Identifier.ValueText);

    private static IfStatementSyntax? GuardBefore(ExpressionStatementSyntax wait, BlockSyntax block) =>
        block.Statements.IndexOf(wait) is > 0 and var index
        && block.Statements[index - 1] is IfStatementSyntax { Else: null, Statement: ReturnStatementSyntax or BlockSyntax { Statements: { Count: 1 } } } guard
        && (guard.Statement as BlockSyntax)?.Statements[0] is null or ReturnStatementSyntax ? guard : null;

    private static WaitTest? Of(ExpressionSyntax condition, SemanticModel model) =>
        Of(condition, condition, model) ?? (Kept(condition, model) is { } value ? Of(condition, value, model) : null);

    private static WaitTest? Of(ExpressionSyntax condition, ExpressionSyntax tested, SemanticModel model)
    {
        var names = new HashSet<string>();
        var isOwn = false;
        foreach (var name in tested.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>())
        {
            // `Monitor.Wait(…)` in the condition, and what only chooses how long to wait, are no state.
            if (name.Ancestors().TakeWhile(node => tested.Span.Contains(node.Span)).Any(IsOfMonitor) || !IsState(model.GetSymbolInfo(name).Symbol, name, model)) continue;
            var isRooted = IsRooted(name, model);
            isOwn |= isRooted;
            names.Add(name.Identifier.ValueText);
        }

        return names.Count == 0 ? null : new WaitTest(condition, names, isOwn);
    }

    /// <summary><c>var empty = _items.Count == 0; if (empty) Monitor.Wait(_gate);</c>: what the flag was made of.</summary>
    private static ExpressionSyntax? Kept(ExpressionSyntax condition, SemanticModel model) =>
        (condition is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression, Operand: var operand } ? operand : condition) is IdentifierNameSyntax flag
        && model.GetSymbolInfo(flag).Symbol is ILocalSymbol { DeclaringSyntaxReferences: { Length: 1 } declarations }
        && declarations[0].GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: { } value } declarator
        && declarator.FirstAncestorOrSelf<BlockSyntax>() is { } block && block == flag.FirstAncestorOrSelf<BlockSyntax>()
            ? value
            : null;

    private static bool IsState(ISymbol? symbol, IdentifierNameSyntax name, SemanticModel model) => symbol switch
    {
        IFieldSymbol { IsConst: true } => false,
        // A readonly value never changes; a readonly collection does.
        IFieldSymbol { IsReadOnly: true } field => !field.Type.IsValueType && field.Type.SpecialType != SpecialType.System_String && name.Parent is not BinaryExpressionSyntax,
        IFieldSymbol => true,
        // What the framework has for all, the environment or a token, is not what a pulse tells of.
        IPropertySymbol { IsStatic: true, DeclaringSyntaxReferences.IsEmpty: true } or IPropertySymbol { ContainingType.Name: "CancellationToken" or "TimeSpan" or "Stopwatch" or "Thread" or "String" } => false,
        // `queue.Count` is state of the queue, which is named already if it is a field.
        IPropertySymbol property => !property.DeclaringSyntaxReferences.IsEmpty || IsMemberOfVariable(name, model),
        IMethodSymbol { MethodKind: MethodKind.Ordinary, ContainingType.Name: not "Monitor" } method => !method.DeclaringSyntaxReferences.IsEmpty || IsMemberOfVariable(name, model),
        ILocalSymbol local => IsCaptured(local, name),
        _ => false,
    };

    private static bool IsOfMonitor(SyntaxNode node) => node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Monitor" } } };

    private static bool IsMemberOfVariable(IdentifierNameSyntax name, SemanticModel model) =>
        name.Parent is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } access && access.Name == name && model.GetSymbolInfo(receiver).Symbol is IParameterSymbol or ILocalSymbol;

    private static bool IsRooted(IdentifierNameSyntax name, SemanticModel model)
    {
        ExpressionSyntax at = name;
        while (at.Parent is MemberAccessExpressionSyntax access && access.Name == at) at = access.Expression;
        while (at is MemberAccessExpressionSyntax inner) at = inner.Expression;
        return at is ThisExpressionSyntax or BaseExpressionSyntax || (at is IdentifierNameSyntax root && model.GetSymbolInfo(root).Symbol is not (IParameterSymbol or ILocalSymbol)) || (at == name && model.GetSymbolInfo(name).Symbol is ILocalSymbol);
    }

    /// <summary>Whether the local is shared with code that may run elsewhere.</summary>
    private static bool IsCaptured(ILocalSymbol local, IdentifierNameSyntax name)
    {
        var member = name.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().FirstOrDefault();
        var home = local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } declaration ? FunctionGraphs.FunctionAround(declaration) : null;
        return member is not null && member.DescendantNodes().OfType<IdentifierNameSyntax>().Any(use => use.Identifier.ValueText == local.Name && FunctionGraphs.FunctionAround(use) != home);
    }
}
