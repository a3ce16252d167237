using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// What other functions do to the locks of a body that calls them or hands them over: the locks that a helper, a local function or a lambda
/// releases without acquiring them itself. Read from syntax first; only calls whose name may release are bound.
/// </summary>
internal sealed class ReleaseSummaries(Compilation compilation, LockTable table)
{
    // A helper may call a helper; deeper than this nobody follows by eye either.
    private const int DeepestCall = 3;

    private readonly ConcurrentDictionary<IMethodSymbol, Summary> _byMethod = new(SymbolEqualityComparer.Default);

    /// <summary>What a function releases, in its own terms: its parameters, its <c>this</c>, the locals that it captures.</summary>
    /// <param name="Locks">The releases.</param>
    /// <param name="Disposed">What it disposes, which may be a scope.</param>
    public readonly record struct Summary(ImmutableArray<LockOperation> Locks, ImmutableArray<AccessPath> Disposed)
    {
        public static Summary Nothing { get; } = new([], []);

        public bool IsNothing => Locks.IsEmpty && Disposed.IsEmpty;
    }

    /// <summary>What <paramref name="method"/> releases.</summary>
    public Summary Of(IMethodSymbol method) => Of(method.OriginalDefinition, depth: 0);

    /// <summary>What the lambda or other piece of code <paramref name="syntax"/> releases.</summary>
    public Summary Of(SyntaxNode syntax, SemanticModel model) => Read(syntax, model, depth: 0);

    private Summary Of(IMethodSymbol method, int depth)
    {
        if (depth > DeepestCall) return Summary.Nothing;
        if (_byMethod.TryGetValue(method, out var known)) return known;

        var summary = Summary.Nothing;
        foreach (var reference in method.DeclaringSyntaxReferences)
            if (compilation.ContainsSyntaxTree(reference.SyntaxTree)) summary = Read(reference.GetSyntax(), compilation.GetSemanticModel(reference.SyntaxTree), depth);
        return depth == 0 ? _byMethod.GetOrAdd(method, summary) : summary;
    }

    private Summary Read(SyntaxNode syntax, SemanticModel model, int depth)
    {
        var releases = ImmutableArray.CreateBuilder<LockOperation>();
        var disposed = ImmutableArray.CreateBuilder<AccessPath>();
        List<LockOperation>? acquires = null;

        foreach (var call in syntax.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (LockNames.CalledName(call) is not { } name) continue;
            if (!table.Names.IsRelease(name) && !table.Names.IsAcquire(name))
            {
                if (depth < DeepestCall && IsOwnMember(call) && model.GetSymbolInfo(call).Symbol is IMethodSymbol helper) Add(Of(helper.OriginalDefinition, depth + 1));
                continue;
            }

            if (model.GetOperation(call) is not IInvocationOperation operation) continue;
            if (table.Find(operation) is { } lockOperation)
            {
                if (lockOperation.Action == LockAction.Release) releases.Add(lockOperation);
                else if (lockOperation.IsAcquire) (acquires ??= []).Add(lockOperation);
            }
            else if (operation is { TargetMethod: { Name: "Dispose" or "DisposeAsync", Parameters.IsEmpty: true } } && AccessPath.Of(operation.Instance) is { } path)
            {
                disposed.Add(path);
            }
            else if (IsOwnMember(call))
            {
                Add(Of(operation.TargetMethod.OriginalDefinition, depth + 1));
            }
        }

        // A function that takes the lock itself gives back its own hold, not the caller's.
        if (acquires is not null) releases.RemoveAll(release => acquires.Any(acquire => release.Releases(acquire.Lock, acquire.Mode)));
        return releases.Count + disposed.Count == 0 ? Summary.Nothing : new Summary(releases.ToImmutable(), disposed.ToImmutable());

        // What a helper of the same object releases reads the same here, unless it is a parameter.
        void Add(Summary helper)
        {
            releases.AddRange(helper.Locks.Where(static release => release.Lock.IsVisibleToType));
            disposed.AddRange(helper.Disposed.Where(static path => path.IsVisibleToType));
        }
    }

    private static bool IsOwnMember(InvocationExpressionSyntax call) =>
        call.Expression is SimpleNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax };
}
