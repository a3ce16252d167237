using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// The functions of a compilation that take a lock for their callers: <c>void Lock() => Monitor.Enter(_gate);</c> where an <c>Unlock</c> gives it
/// back, methods and constructors that return a scope. A call of one is an acquire.
/// </summary>
internal sealed class LockHelpers(Compilation compilation, LockTable table)
{
    private readonly ConcurrentDictionary<IMethodSymbol, LockOperation?> _acquires = new(SymbolEqualityComparer.Default);
    private LockNames? _names;

    /// <summary>The names of the lock operations, with those of the helpers.</summary>
    public LockNames Names(CancellationToken cancellationToken) => _names ??= table.Names.With(FindHelpers(cancellationToken));

    /// <summary>The acquire that the call, or the making of an object, is for the function around it; null where it is none.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="alias">What a local or a flow capture stands for, see <see cref="AccessPath.Of(IOperation, Func{IOperation, AccessPath})"/>.</param>
    public LockOperation? Find(IOperation operation, Func<IOperation, AccessPath?>? alias)
    {
        var (target, name) = operation switch
        {
            IInvocationOperation { TargetMethod: var method } => (method, method.Name),
            IObjectCreationOperation { Constructor: { } constructor } => (constructor, constructor.ContainingType.Name),
            _ => ((IMethodSymbol?)null, ""),
        };
        if (target is null || !Names(default).IsHelper(name) || Of(target.OriginalDefinition) is not { } acquire) return null;
        if (CallersTerms.Of(acquire.Lock, target, operation, value => AccessPath.Of(value, alias)) is not { } path) return null;
        // A semaphore that is no lock is a signal, or bounds work: what is taken is not held.
        if (acquire.Kind == LockKind.Semaphore && !SemaphoreCount.IsOne(path.Symbol, default)) return null;
        return acquire with { Operation = operation, Lock = path };
    }

    /// <summary>The lock that a declared acquire, of a type of this program, takes itself; null where that is not to be seen.</summary>
    public LockKind? KindBehind(IOperation acquire) =>
        acquire is IInvocationOperation { TargetMethod: var method } && Names(default).IsHelper(method.Name) ? Of(method.OriginalDefinition)?.Kind : null;

    private ImmutableDictionary<string, ImmutableHashSet<string>> FindHelpers(CancellationToken cancellationToken)
    {
        var helpers = ImmutableDictionary.CreateBuilder<string, ImmutableHashSet<string>>();
        foreach (var function in compilation.SyntaxTrees.SelectMany(tree => LockSites.Of(tree, table.Names, cancellationToken).Leaving))
        {
            // A name that is a helper's only by its looks would have every call of that name bound.
            if (compilation.GetSemanticModel(function.Function.SyntaxTree).GetDeclaredSymbol(function.Function, cancellationToken) is not IMethodSymbol method || Of(method) is null) continue;
            var name = LockSites.NameOf(function.Function);
            helpers[name] = [.. helpers.TryGetValue(name, out var locks) ? locks : [], .. function.Locks];
        }

        return helpers.ToImmutable();
    }

    private LockOperation? Of(IMethodSymbol method)
    {
        if (_acquires.TryGetValue(method, out var known)) return known;
        return _acquires.GetOrAdd(method, IsFixed(method) && method.DeclaringSyntaxReferences is { Length: 1 } references && compilation.ContainsSyntaxTree(references[0].SyntaxTree) ? Read(method, references[0].GetSyntax()) : null);
    }

    /// <summary>Whether no other method can run in its place.</summary>
    private static bool IsFixed(IMethodSymbol method) =>
        !method.IsAbstract && ((!method.IsVirtual && !method.IsOverride) || method.IsSealed || method.ContainingType.IsSealed) && method.ContainingType.TypeKind != TypeKind.Interface;

    /// <summary>The one lock that the function leaves to its callers, in its own terms.</summary>
    private LockOperation? Read(IMethodSymbol method, SyntaxNode function)
    {
        if (!FunctionGraphs.IsFunction(function)) return null;
        var model = compilation.GetSemanticModel(function.SyntaxTree);
        var operations = FunctionGraphs.OwnNodes(function).OfType<InvocationExpressionSyntax>().Where(call => LockNames.CalledName(call) is { } name && (table.Names.IsAcquire(name) || table.Names.IsRelease(name)))
            .Select(call => model.GetOperation(call)).OfType<IOperation>().Select(operation => table.Find(operation)).OfType<LockOperation>().ToList();
        if (operations.Where(static operation => operation.IsAcquire).ToList() is not { Count: 1 } acquires) return null;

        var acquire = acquires[0];
        // A catch block gives it back before it goes on with the exception.
        if (operations.Any(release => release.Action == LockAction.Release && release.Releases(acquire.Lock, acquire.Mode) && release.Operation.Syntax.FirstAncestorOrSelf<CatchClauseSyntax>() is null)) return null;
        if (acquire.Taken is not null || acquire.Scope is not null || ActionOf(acquire, function) is not { } action) return null;

        var result = table.Awaited(method.MethodKind == MethodKind.Constructor ? method.ContainingType : method.ReturnType, out var isAsync);
        if (acquire.IsAsync && !isAsync) return null;
        var returnsScope = action == LockAction.Acquire && table.IsScope(result);
        if (!returnsScope && LockOwners.Of(new HeldLock(acquire), function, table.Names) != LockOwner.AnotherMember) return null;
        return acquire with { Action = action, ReturnsScope = returnsScope, IsAsync = isAsync, IsByHelper = true, ReleasedBy = null };
    }

    /// <summary>Whether a call of the function takes the lock surely, or tells by its result whether it did; null where neither is sure.</summary>
    private static LockAction? ActionOf(LockOperation acquire, SyntaxNode function)
    {
        var isTry = acquire.Action == LockAction.TryAcquire;
        SyntaxNode child = AcquireResult.Result((ExpressionSyntax)acquire.Operation.Syntax);
        // What is not returned, but only started, is not held.
        if (acquire.IsAsync && child == acquire.Operation.Syntax && child.Parent is not (ReturnStatementSyntax or ArrowExpressionClauseSyntax)) return null;
        if (FunctionGraphs.OwnNodes(function).Any(node => node is YieldStatementSyntax || (node is ReturnStatementSyntax && node.Span.End <= child.SpanStart))) return null;

        switch (child.Parent)
        {
            case ReturnStatementSyntax or ArrowExpressionClauseSyntax: return IsInOrder(child, function) ? acquire.Action : null;
            case ExpressionStatementSyntax when !isTry: return IsInOrder(child, function) ? LockAction.Acquire : null;
            // if (!Monitor.TryEnter(_gate, limit)) throw …;
            case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression, Parent: IfStatementSyntax { Else: null } guard } when isTry && IsThrow(guard.Statement): return IsInOrder(guard, function) ? LockAction.Acquire : null;
            default: return null;
        }
    }

    private static bool IsThrow(StatementSyntax statement) => (statement as BlockSyntax)?.Statements.LastOrDefault() is ThrowStatementSyntax || statement is ThrowStatementSyntax;

    /// <summary>Whether nothing decides about <paramref name="node"/>: it stands in the function's own block, or in the block of a try.</summary>
    private static bool IsInOrder(SyntaxNode node, SyntaxNode function)
    {
        for (var (child, parent) = (node, node.Parent); parent is not null && child != function; (child, parent) = (parent, parent.Parent))
        {
            if (parent == function) return true;
            if (parent is not (BlockSyntax or ArrowExpressionClauseSyntax or UsingStatementSyntax or StatementSyntax { RawKind: (int)SyntaxKind.ExpressionStatement or (int)SyntaxKind.ReturnStatement or (int)SyntaxKind.CheckedStatement or (int)SyntaxKind.UnsafeStatement }) && !(parent is TryStatementSyntax attempt && attempt.Block == child)) return false;
        }

        return true;
    }
}
