using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Tells computing from waiting: what the code of a delegate spends its time on, through the calls that it makes within the compilation.
/// Where the code does not tell, it is unknown, and every rule stays silent.
/// </summary>
internal sealed class WorkClassifier
{
    private static readonly ConditionalWeakTable<Compilation, WorkClassifier> s_byCompilation = new();

    private readonly ConcurrentDictionary<IMethodSymbol, WorkEffects> _methods = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<(ISymbol, ITypeSymbol?), CallEffect> _calls = new();

    private WorkClassifier(Compilation compilation) => Compilation = compilation;

    public Compilation Compilation { get; }

    public static WorkClassifier Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new WorkClassifier(c));

    /// <summary>What running <paramref name="work"/>, a delegate, means for the thread that runs it.</summary>
    public WorkEffects EffectsOf(IOperation work, CancellationToken cancellationToken) =>
        new WorkWalker(this, cancellationToken).Delegate(work);

    /// <summary>What a call of <paramref name="method"/> means for the thread that makes it.</summary>
    public WorkEffects EffectsOf(IMethodSymbol method, CancellationToken cancellationToken) =>
        new WorkWalker(this, cancellationToken).Method(method);

    internal bool TryGet(IMethodSymbol method, out WorkEffects effects) => _methods.TryGetValue(method, out effects);

    internal void Remember(IMethodSymbol method, in WorkEffects effects) => _methods[method] = effects;

    internal CallEffect LibraryCall(ISymbol member, ITypeSymbol? receiver) =>
        _calls.GetOrAdd((member, receiver), static key => WorkTable.EffectOf(key.Item1, key.Item2));

    /// <summary>The user's own word on a method, on its type, or on the lambda: [CpuBound] or [IoBound], wherever they are declared.</summary>
    internal static WorkKind Declared(ISymbol symbol)
    {
        for (var declared = symbol; declared is IMethodSymbol or IPropertySymbol or INamedTypeSymbol; declared = declared.ContainingSymbol)
        {
            if (declared.IsMarked("CpuBoundAttribute")) return WorkKind.CpuBound;
            if (declared.IsMarked("IoBoundAttribute")) return WorkKind.IoBound;
        }

        return WorkKind.Unknown;
    }

    /// <summary>The body of a method that this compilation declares; null for others.</summary>
    internal IOperation? Body(IMethodSymbol method, CancellationToken cancellationToken)
    {
        foreach (var reference in method.DeclaringSyntaxReferences)
            if (Operation(reference.GetSyntax(cancellationToken), cancellationToken) is { } body) return body;
        return null;
    }

    /// <summary>The operation of a node that this compilation holds; null for others.</summary>
    internal IOperation? Operation(SyntaxNode node, CancellationToken cancellationToken)
    {
        if (!Compilation.ContainsSyntaxTree(node.SyntaxTree)) return null;
#pragma warning disable RS1030 // The compiler's driver caches the models of a compilation; a callee is asked for rarely, and its effects are remembered.
        return Compilation.GetSemanticModel(node.SyntaxTree).GetOperation(node, cancellationToken);
#pragma warning restore RS1030
    }
}
