using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// Which locks a call takes before it returns, itself or through what it calls, in the terms of the function that asks. Functions are read
/// when they are first asked about, and only where names let them reach a lock.
/// </summary>
internal sealed class AcquireSummaries(Compilation compilation, LockTable table)
{
    // Deeper than this nobody follows by eye either.
    private const int DeepestCall = 4;
    private const int MostLocks = 24;
    private const int MostCalls = 200;

    private readonly ConcurrentDictionary<IMethodSymbol, Body> _bodies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<(ISymbol Method, int Depth), ImmutableArray<TakenLock>> _summaries = new();
    private HashSet<string>? _takerNames;

    /// <summary>The locks that <paramref name="operation"/> takes: a call, a property's use, the making of an object.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="pathOf">What the asking function calls the value of an operation.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public ImmutableArray<TakenLock> Of(IOperation operation, Func<IOperation?, AccessPath?> pathOf, CancellationToken cancellationToken) => Of(operation, pathOf, DeepestCall, cancellationToken);

    /// <summary>Whether one of <paramref name="names"/> is that of a function that may take a lock, directly or through others in files that lock.</summary>
    public bool MayTake(IEnumerable<string> names, CancellationToken cancellationToken) => (_takerNames ??= FindTakerNames(cancellationToken)).Overlaps(names);

    private ImmutableArray<TakenLock> Of(IOperation operation, Func<IOperation?, AccessPath?> pathOf, int depth, CancellationToken cancellationToken)
    {
        if (depth == 0) return [];
        ImmutableArray<TakenLock> found = [];
        foreach (var target in Targets(operation).Where(target => !Iterators.RunsLater(target, operation)))
            foreach (var taken in Of(target, depth - 1, cancellationToken))
            {
                if (IsOfNewObject(taken, operation, cancellationToken)) continue;

                // What an async function takes, it takes at some time: here only if this code waits for it.
                var isAsync = (taken.IsAsync || target.IsAsync) && !operation.IsWaitedFor();
                if (!isAsync || operation.IsReturned()) found = found.Add(InCallersTerms(taken, target, operation, pathOf) with { IsAsync = isAsync });
            }

        foreach (var lambda in LambdasRun.By(operation, compilation, cancellationToken))
            foreach (var taken in Of(Body.Of(lambda.Body, lambda.Symbol, table), depth - 1, cancellationToken))
            {
                var path = taken.Lock?.WithRoot(root => SymbolEqualityComparer.Default.Equals(root.Symbol?.ContainingSymbol, lambda.Symbol) ? null : root);
                found = found.Add(taken with { Lock = path, Taker = taken.Taker ?? ((IInvocationOperation)operation).TargetMethod, IsAsync = false });
            }

        return found;
    }

    /// <summary>Whether the lock is of an object that the callee, or this call, has just made: nobody else waits for it.</summary>
    private static bool IsOfNewObject(TakenLock taken, IOperation operation, CancellationToken cancellationToken) => taken.Lock?.Root switch
    {
        { IsThis: true } => operation is IObjectCreationOperation || CallersTerms.Receiver(operation).Unconverted() is IObjectCreationOperation,
        { Symbol: ILocalSymbol local } => taken.Lock.Owner is not null && Makings.Of(local, cancellationToken) is not null,
        _ => false,
    };

    /// <summary>The functions of this compilation that <paramref name="operation"/> surely runs.</summary>
    private static IEnumerable<IMethodSymbol> Targets(IOperation operation)
    {
        switch (operation)
        {
            case IInvocationOperation { TargetMethod: { MethodKind: not MethodKind.DelegateInvoke } method }: yield return method; break;
            case IObjectCreationOperation { Constructor: { } constructor }: yield return constructor; break;
            case IPropertyReferenceOperation { Property: var property } reference:
                var (reads, writes) = reference.Parent switch
                {
                    ISimpleAssignmentOperation assignment when assignment.Target == reference => (false, true),
                    ICompoundAssignmentOperation compound when compound.Target == reference => (true, true),
                    IIncrementOrDecrementOperation => (true, true),
                    _ => (true, false),
                };
                if (reads && property.GetMethod is { } getter) yield return getter;
                if (writes && property.SetMethod is { } setter) yield return setter;
                break;
        }
    }

    private ImmutableArray<TakenLock> Of(IMethodSymbol method, int depth, CancellationToken cancellationToken)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (method.IsAbstract || method.DeclaringSyntaxReferences.IsEmpty) return [];
        if (_summaries.TryGetValue((method, depth), out var known)) return known;

        var body = _bodies.TryGetValue(method, out var read) ? read : _bodies.GetOrAdd(method, Read(method, cancellationToken));
        return _summaries.GetOrAdd((method, depth), Of(body, depth, cancellationToken));
    }

    private ImmutableArray<TakenLock> Of(Body body, int depth, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<TakenLock>();
        found.AddRange(body.Takes);
        foreach (var call in body.Calls)
        {
            if (found.Count >= MostLocks) break;
            foreach (var taken in Of(call, static operation => AccessPath.Of(operation), depth, cancellationToken))
                if (!found.Any(other => Equals(other.Lock, taken.Lock) && other.Class == taken.Class && other.Mode == taken.Mode)) found.Add(taken);
        }

        return found.ToImmutable();
    }

    private Body Read(IMethodSymbol method, CancellationToken cancellationToken)
    {
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            // A project that this one references is another compilation.
            if (!compilation.ContainsSyntaxTree(reference.SyntaxTree)) continue;
            var syntax = reference.GetSyntax(cancellationToken);
            if (!FunctionGraphs.IsFunction(syntax) || !MayTake(syntax, cancellationToken)) continue;
            if (compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, cancellationToken) is { } operation) return Body.Of(operation, method, table);
        }

        return Body.Empty;
    }

    private bool MayTake(SyntaxNode function, CancellationToken cancellationToken) =>
        LockSites.Of(function.SyntaxTree, table.Names, cancellationToken).Find(function) is { Takes: true }
        || MayTake(FunctionGraphs.OwnNodes(function).OfType<SimpleNameSyntax>().Select(static name => name.Identifier.ValueText), cancellationToken);

    private HashSet<string> FindTakerNames(CancellationToken cancellationToken)
    {
        var sites = compilation.SyntaxTrees.Select(tree => LockSites.Of(tree, table.Names, cancellationToken)).Where(static sites => !sites.Functions.IsEmpty).ToList();
        var names = new HashSet<string>(sites.SelectMany(static sites => sites.Takers));
        for (var depth = 1; depth < DeepestCall; depth++)
        {
            var more = sites.SelectMany(static sites => sites.Mentioned).Where(member => !names.Contains(member.Key) && names.Overlaps(member.Value)).Select(static member => member.Key).ToList();
            names.UnionWith(more);
        }

        return names;
    }

    private static TakenLock InCallersTerms(TakenLock taken, IMethodSymbol target, IOperation operation, Func<IOperation?, AccessPath?> pathOf)
    {
        var path = taken.Lock is { } own ? CallersTerms.Of(own, target, operation, pathOf) : null;
        return taken with { Lock = path, Class = (path is null ? null : LockClass.Of(path, containingType: null)) ?? taken.Class, Taker = taken.Taker ?? target };
    }

    /// <summary>What one function does by itself.</summary>
    /// <param name="Takes">The locks that it takes, in its own terms.</param>
    /// <param name="Calls">What it calls that may take more.</param>
    private sealed record Body(ImmutableArray<TakenLock> Takes, ImmutableArray<IOperation> Calls)
    {
        public static Body Empty { get; } = new([], []);

        public static Body Of(IOperation function, IMethodSymbol method, LockTable table)
        {
            var takes = ImmutableArray.CreateBuilder<TakenLock>();
            var calls = ImmutableArray.CreateBuilder<IOperation>();
            var givenBefore = new HashSet<AccessPath>();
            var asked = new HashSet<AccessPath>();
            foreach (var operation in function.OwnDescendants())
            {
                if (operation is ILockOperation statement)
                {
                    Add(LockTakings.TakenBy(statement, static operation => AccessPath.Of(operation), method.ContainingType), operation);
                    continue;
                }

                switch (table.Find(operation))
                {
                    case null when operation is IPropertyReferenceOperation { Property: { Name: "CurrentCount", ContainingType.Name: "SemaphoreSlim" } } count:
                        if (AccessPath.Of(count.Instance) is { } semaphore) asked.Add(semaphore);
                        break;
                    case null when operation is IInvocationOperation or IPropertyReferenceOperation or IObjectCreationOperation && calls.Count < MostCalls:
                        if (operation.Type is not null && (LambdasRun.MayBe(operation) || Targets(operation).Any(static target => !target.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty))) calls.Add(operation);
                        break;
                    case { Action: LockAction.Acquire } acquire: Add(LockTakings.TakenBy(acquire, method.ContainingType), operation); break;
                    case { Action: LockAction.Release } release when !takes.Any(taken => release.Lock.Equals(taken.Lock)): givenBefore.Add(release.Lock); break;
                    case { Action: LockAction.Query } query: asked.Add(query.Lock); break;
                }
            }

            // What it gives back first, or asks about, its caller may hold.
            takes.RemoveAll(taken => taken.Lock is { } path && (givenBefore.Contains(path) || asked.Contains(path)));
            return new Body(takes.ToImmutable(), calls.ToImmutable());

            void Add(TakenLock? taken, IOperation operation)
            {
                if (taken is not null && takes.Count < MostLocks && !operation.IsChosenByFlag()) takes.Add(taken);
            }
        }
    }
}
