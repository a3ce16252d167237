using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Flow;

/// <summary>The control flow graph of a function: a member's body or initializer, a local function, a lambda.</summary>
internal static class FunctionGraphs
{
    /// <summary>The innermost function around <paramref name="node"/>; null outside of code.</summary>
    public static SyntaxNode? FunctionAround(SyntaxNode? node)
    {
        for (; node is not null; node = node.Parent)
            if (IsFunction(node)) return node;
        return null;
    }

    /// <summary>Whether code in <paramref name="node"/> runs apart from the code around it.</summary>
    public static bool IsFunction(SyntaxNode node) => IsNested(node) || node switch
    {
        BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or CompilationUnitSyntax => true,
        ArrowExpressionClauseSyntax => node.Parent is BasePropertyDeclarationSyntax,
        EqualsValueClauseSyntax => node.Parent is PropertyDeclarationSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax },
        _ => false,
    };

    /// <summary>The member whose code <paramref name="function"/> is, or is part of: a method, an accessor, an initialized field or property.</summary>
    public static ISymbol? MemberAround(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        for (var node = function; node is not null; node = node.Parent)
            if (IsFunction(node) && !IsNested(node))
                return node switch
                {
                    ArrowExpressionClauseSyntax { Parent: { } property } => (model.GetDeclaredSymbol(property, cancellationToken) as IPropertySymbol)?.GetMethod,
                    EqualsValueClauseSyntax { Parent: { } initialized } => model.GetDeclaredSymbol(initialized, cancellationToken),
                    _ => model.GetDeclaredSymbol(node, cancellationToken),
                };
        return null;
    }

    /// <summary>Whether code of <paramref name="function"/> itself may await: it is asynchronous, or the program's top level.</summary>
    public static bool MayAwait(SyntaxNode function) => function switch
    {
        AnonymousFunctionExpressionSyntax lambda => !lambda.AsyncKeyword.IsKind(SyntaxKind.None),
        LocalFunctionStatementSyntax local => local.Modifiers.Any(SyntaxKind.AsyncKeyword),
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword),
        _ => function is CompilationUnitSyntax,
    };

    /// <summary>The nodes of a function without those of the functions inside it.</summary>
    public static IEnumerable<SyntaxNode> OwnNodes(SyntaxNode function) => function.DescendantNodes(node => node == function || !IsFunction(node));

    /// <summary>The graph of <paramref name="function"/>, or null where the code is too broken to have one.</summary>
    public static ControlFlowGraph? Of(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        if (!IsNested(function)) return OfMember(function, model, cancellationToken);
        if (FunctionAround(function.Parent) is not { } outer || Of(outer, model, cancellationToken) is not { } graph) return null;

        if (function is LocalFunctionStatementSyntax)
            return graph.LocalFunctions.FirstOrDefault(local => local.DeclaringSyntaxReferences.Any(reference => reference.Span == function.Span)) is { } symbol
                ? graph.GetLocalFunctionControlFlowGraph(symbol, cancellationToken)
                : null;

        var lambda = graph.Blocks.SelectMany(static block => block.BranchValue is { } value ? block.Operations.Add(value) : block.Operations)
            .SelectMany(static operation => operation.DescendantsAndSelf())
            .OfType<IFlowAnonymousFunctionOperation>()
            .FirstOrDefault(operation => operation.Syntax == function);
        return lambda is null ? null : graph.GetAnonymousFunctionControlFlowGraph(lambda, cancellationToken);
    }

    private static bool IsNested(SyntaxNode node) => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax;

    private static ControlFlowGraph? OfMember(SyntaxNode member, SemanticModel model, CancellationToken cancellationToken) => model.GetOperation(member, cancellationToken) switch
    {
        IMethodBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellationToken),
        IConstructorBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellationToken),
        IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellationToken),
        IFieldInitializerOperation { Parent: null } initializer => ControlFlowGraph.Create(initializer, cancellationToken),
        IPropertyInitializerOperation { Parent: null } initializer => ControlFlowGraph.Create(initializer, cancellationToken),
        _ => null,
    };

    private static IEnumerable<IOperation> DescendantsAndSelf(this IOperation operation)
    {
        yield return operation;
        foreach (var child in operation.ChildOperations)
            foreach (var descendant in child.DescendantsAndSelf())
                yield return descendant;
    }
}
