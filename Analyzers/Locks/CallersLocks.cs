using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Whether code that does not take a lock itself may yet run with it: because its callers have it, or a helper took it.</summary>
internal sealed class CallersLocks(LockFlow flow, SemanticModel model, AccessPath theLock, CancellationToken cancellationToken)
{
    /// <summary>How many callers up the lock is looked for.</summary>
    private const int MaxDepth = 3;

    private readonly SpawnTable _spawns = SpawnTable.For(model.Compilation);

    public bool MayHoldAt(SyntaxNode call) => MayHoldIn(call, 0);

    private bool MayHoldIn(SyntaxNode code, int depth)
    {
        if (FunctionGraphs.FunctionAround(code) is not { } function) return false;
        var codeModel = ModelOf(code);

        // `TakeLock(ref taken)`, an assertion that it is held, a body that is too much to follow.
        if (TakesByHelper(function, codeModel) || (flow.MayAcquire(function, codeModel, cancellationToken) && flow.In(function, codeModel, cancellationToken) is null)) return true;

        switch (function)
        {
            case AnonymousFunctionExpressionSyntax lambda:
                // Work that runs elsewhere has no lock of who started it; any other lambda may be called by somebody who has it.
                return !IsSpawned(lambda, codeModel);
            case LocalFunctionStatementSyntax local:
                var uses = CallsOf(local.Identifier.ValueText, local.Parent!).ToList();
                return depth < MaxDepth && uses.Count > 0 && uses.TrueForAll(use => use is InvocationExpressionSyntax && HoldsAt(use, depth));
        }

        if (codeModel.GetEnclosingSymbol(code.SpanStart, cancellationToken) is not IMethodSymbol method) return true;
        return LockedMethod.MayHold(method, theLock) || (method.MethodKind == MethodKind.Ordinary && CallersHold(method, function, depth));
    }

    /// <summary>Whether all callers of a private method have the lock, or any caller of another.</summary>
    private bool CallersHold(IMethodSymbol method, SyntaxNode function, int depth)
    {
        if (depth == MaxDepth) return true;
        var calls = ScopesOf(method).SelectMany(scope => CallsOf(method.Name, scope)).Where(use => !function.Span.Contains(use.Span) || use.SyntaxTree != function.SyntaxTree).ToList();
        if (calls.Count == 0) return false;
        return method.DeclaredAccessibility == Accessibility.Private
            ? calls.TrueForAll(use => use is InvocationExpressionSyntax && HoldsAt(use, depth))
            : calls.Exists(use => use is InvocationExpressionSyntax && HoldsAt(use, depth));
    }

    private bool HoldsAt(SyntaxNode call, int depth) =>
        (ModelOf(call).GetOperation(call, cancellationToken) is { } operation && flow.At(operation, ModelOf(call), cancellationToken).Maybe.Any(hold => hold.Kind == LockKind.Monitor && IsTheLock(hold.Lock)))
        || MayHoldIn(call, depth + 1);

    /// <summary>A caller has a name of its own for the object, but the same one for the member.</summary>
    private bool IsTheLock(AccessPath held) => held.Equals(theLock) || theLock.IsThis || held.Symbol is ILocalSymbol or IParameterSymbol || SymbolEqualityComparer.Default.Equals(held.Symbol, theLock.Symbol);

    /// <summary>Where callers are looked for: in the type and what is nested with it; in all of the program for what others can call.</summary>
    private IEnumerable<SyntaxNode> ScopesOf(IMethodSymbol method)
    {
        if (method.DeclaredAccessibility != Accessibility.Private)
            return model.Compilation.SyntaxTrees.Where(tree => tree.GetText(cancellationToken).ToString().IndexOf(method.Name + "(", StringComparison.Ordinal) >= 0).Select(tree => tree.GetRoot(cancellationToken));
        var type = method.ContainingType;
        while (type.ContainingType is { } outer) type = outer;
        return type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken));
    }

    /// <summary>The calls of a method of that name, and the names that are made a delegate.</summary>
    private static IEnumerable<SyntaxNode> CallsOf(string name, SyntaxNode scope) =>
        from use in scope.DescendantNodes().OfType<IdentifierNameSyntax>()
        where use.Identifier.ValueText == name
        let target = use.Parent is MemberAccessExpressionSyntax access && access.Name == use ? access : (SyntaxNode)use
        where !(use.Parent is MemberAccessExpressionSyntax { Expression: var owner } && owner == use)
        select target.Parent as InvocationExpressionSyntax is { } call && call.Expression == target ? call : target;

    private bool TakesByHelper(SyntaxNode function, SemanticModel codeModel) => FunctionGraphs.OwnNodes(function).Any(node => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "IsEntered" } } => true,
        // `TakeLock()`, `using (new Scope(_gate))`, `using (Sync())`
        InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax => codeModel.GetSymbolInfo(node, cancellationToken).Symbol is IMethodSymbol target && !IsMonitor(target) && (Takes(target) || MakesHold(target)),
        _ => false,
    });

    private static bool Takes(IMethodSymbol method) => LockHelper.MayTake(method) || SmallMethod.Names(method).Any(LockTable.IsAcquireName);

    /// <summary>Whether the helper returns a scope that takes the lock when it is made.</summary>
    private bool MakesHold(IMethodSymbol helper) =>
        !helper.ReturnsVoid && helper.MethodKind is MethodKind.Ordinary or MethodKind.LocalFunction
        && helper.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is { } declaration
        && declaration.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
            .Any(creation => ModelOf(creation).GetSymbolInfo(creation, cancellationToken).Symbol is IMethodSymbol constructor && Takes(constructor));

    // Its own Wait and Enter are the flow's to judge.
    private static bool IsMonitor(IMethodSymbol method) => method.ContainingType is { Name: "Monitor", ContainingNamespace.Name: "Threading" };

    private bool IsSpawned(AnonymousFunctionExpressionSyntax lambda, SemanticModel codeModel) =>
        lambda.Parent is ArgumentSyntax { Parent.Parent: { } starter } && codeModel.GetOperation(starter, cancellationToken) is IInvocationOperation or IObjectCreationOperation && _spawns.SpawnsAt(codeModel.GetOperation(starter, cancellationToken)!).Any();

    private SemanticModel ModelOf(SyntaxNode node) => node.SyntaxTree == model.SyntaxTree ? model : model.Compilation.GetSemanticModel(node.SyntaxTree);
}
