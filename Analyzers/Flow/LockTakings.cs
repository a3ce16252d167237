using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>A lock that is taken while others are surely held: here, or by what is called here.</summary>
/// <param name="Function">The function in which this happens.</param>
/// <param name="At">The acquire or the call.</param>
/// <param name="Held">The locks held just before, the oldest first.</param>
/// <param name="Taken">The lock that is taken.</param>
internal sealed record LockTaking(IMethodSymbol? Function, IOperation At, ImmutableArray<HeldLock> Held, TakenLock Taken)
{
    /// <summary>Whether a called function takes the lock.</summary>
    public bool IsByCall => Taken.Taker is not null;

    /// <summary>The place to show.</summary>
    public Location Location => IsByCall ? At.Syntax.GetLocation() : Taken.Location;
}

/// <summary>Which locks the functions of a compilation take while they hold others. A function is read when it is first asked about.</summary>
internal sealed class LockTakings
{
    private static readonly ConditionalWeakTable<Compilation, LockTakings> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly LockFlow _flow;
    private readonly AcquireSummaries _summaries;
    private readonly ConcurrentDictionary<SyntaxNode, ImmutableArray<LockTaking>> _byFunction = new();

    private LockTakings(Compilation compilation)
    {
        _compilation = compilation;
        _flow = LockFlow.For(compilation);
        _summaries = new AcquireSummaries(compilation, _flow.Table);
    }

    public static LockTakings For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new LockTakings(c));

    /// <summary>What <paramref name="function"/> takes under other locks, in the order of the source.</summary>
    public ImmutableArray<LockTaking> In(LockingFunction function, CancellationToken cancellationToken)
    {
        if (_byFunction.TryGetValue(function.Function, out var known)) return known;
        if (!function.TakesSeveral && !_summaries.MayTake(function.Mentioned, cancellationToken)) return [];

        var model = _compilation.GetSemanticModel(function.Function.SyntaxTree);
        var takings = model.GetOperation(function.Function, cancellationToken) is { } root
            ? new Reader(this, function, model, cancellationToken).Read(root)
            : [];
        return _byFunction.GetOrAdd(function.Function, takings);
    }

    /// <summary>Whether a function of that name may take a lock, itself or through others.</summary>
    public bool MayTake(string function, CancellationToken cancellationToken) => _summaries.MayTake([function], cancellationToken);

    /// <summary>The lock that a <c>lock</c> statement takes.</summary>
    public static TakenLock TakenBy(ILockOperation statement, Func<IOperation?, AccessPath?> pathOf, INamedTypeSymbol? containingType)
    {
        var path = pathOf(statement.LockedValue);
        var kind = statement.LockedValue.Unconverted()?.Type is { Name: "Lock", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } ? LockKind.Lock : LockKind.Monitor;
        return new TakenLock(path, path is null ? null : LockClass.Of(path, containingType), LockMode.Exclusive, kind, statement.Syntax);
    }

    /// <summary>The lock that a call takes; null for a task that nobody waits for.</summary>
    public static TakenLock? TakenBy(LockOperation acquire, INamedTypeSymbol? containingType)
    {
        var isAsync = acquire.IsAsync && !acquire.Operation.IsWaitedFor();
        if (isAsync && !acquire.Operation.IsReturned()) return null;
        return new TakenLock(acquire.Lock, LockClass.Of(acquire.Lock, containingType), acquire.Mode, acquire.Kind, acquire.Operation.Syntax, IsAsync: isAsync);
    }

    private sealed class Reader(LockTakings takings, LockingFunction function, SemanticModel model, CancellationToken cancellationToken)
    {
        private readonly ImmutableArray<LockTaking>.Builder _found = ImmutableArray.CreateBuilder<LockTaking>();
        private readonly IMethodSymbol? _method = MethodOf(function.Function, model, cancellationToken);
        private HeldLocks? _flow;

        public ImmutableArray<LockTaking> Read(IOperation root)
        {
            // `lock` statements tell by themselves what is held; calls, and locks with other names, take the flow analysis.
            if (root.OwnDescendants().Any(NeedsFlow))
            {
                _flow = takings._flow.In(function.Function, model, cancellationToken);
                if (_flow is null) return [];
            }

            Visit(root, []);
            return _found.ToImmutable();
        }

        private bool NeedsFlow(IOperation operation) => operation switch
        {
            ILockOperation statement => AccessPath.Of(statement.LockedValue)?.Root.Symbol is ILocalSymbol,
            IInvocationOperation or IObjectCreationOperation when function.HasCalls => takings._flow.Find(operation) is { Action: not LockAction.Use and not LockAction.Query },
            _ => false,
        };

        private void Visit(IOperation operation, ImmutableArray<HeldLock> statements)
        {
            if (operation is ILockOperation statement)
            {
                Visit(statement.LockedValue, statements);
                var taken = TakenBy(statement, PathOf, _method?.ContainingType);
                Add(statement, statement.LockedValue, statements, [taken]);
                Visit(statement.Body, taken.Lock is null ? statements : statements.Add(new HeldLock(taken.Lock, taken.Mode, taken.Kind, statement)));
                return;
            }

            foreach (var child in operation.ChildOperations)
                if (child is not (IAnonymousFunctionOperation or ILocalFunctionOperation)) Visit(child, statements);
            if (operation is not (IInvocationOperation or IPropertyReferenceOperation or IObjectCreationOperation) || (_flow is null && statements.IsEmpty)) return;

            switch (takings._flow.Table.Find(operation, Alias))
            {
                case { Action: LockAction.Acquire } acquire when TakenBy(acquire, _method?.ContainingType) is { } taken: Add(operation, operation, statements, [taken]); break;
                case null: Add(operation, operation, statements, takings._summaries.Of(operation, PathOf, cancellationToken)); break;
            }
        }

        private void Add(IOperation at, IOperation before, ImmutableArray<HeldLock> statements, ImmutableArray<TakenLock> takes)
        {
            if (takes.IsEmpty) return;
            var held = _flow is null ? statements : _flow.At(before).Surely;
            if (held.IsEmpty) return;
            foreach (var taken in takes)
                if (!taken.IsAsync) _found.Add(new LockTaking(_method, at, held, taken));
        }

        private AccessPath? PathOf(IOperation? operation) => AccessPath.Of(operation, Alias);

        private AccessPath? Alias(IOperation reference) => _flow?.Alias(reference);

        private static IMethodSymbol? MethodOf(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
        {
            for (var symbol = model.GetDeclaredSymbol(function, cancellationToken) ?? model.GetEnclosingSymbol(function.SpanStart, cancellationToken); symbol is not null; symbol = symbol.ContainingSymbol)
                if (symbol is IMethodSymbol { MethodKind: not MethodKind.AnonymousFunction } method) return method;
            return null;
        }
    }
}
