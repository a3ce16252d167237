using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>Locks that other functions release: helpers that are called, delegates and objects that take them over.</summary>
internal sealed class HandOvers(LockPoint at, LockEffects effects, FlowContext context)
{
    private readonly Dictionary<IOperation, ReleaseSummaries.Summary> _summaries = [];

    /// <summary>A lock that is passed to <paramref name="argument"/>'s receiver, which keeps it, is the receiver's to release.</summary>
    public void ToKeeper(IOperation argument, ITypeSymbol? createdType)
    {
        if (at.State.Held.IsEmpty || at.PathOf(argument) is not { } path) return;

        // `new Releaser(this)`: an object made to be disposed takes over the locks of the object it is given.
        var takesOver = createdType is not null && IsDisposable(createdType);
        at.HandOverAll(held => held.Lock.Equals(path) || (takesOver && held.Lock.DependsOn(path)));
    }

    /// <summary>A lambda, or a function passed as a delegate, that releases a lock has taken it over.</summary>
    public FlowValue ToDelegate(IOperation function)
    {
        if (!at.IsReached || (at.State.Held.IsEmpty && !at.State.KnowsScopes)) return FlowValue.NotNull;

        var summary = SummaryOf(function);
        if (!summary.IsNothing)
        {
            foreach (var release in summary.Locks) at.HandOverAll(held => release.Releases(held.Lock, held.Mode));
            foreach (var path in summary.Disposed)
                if (at.State[path].Acquire is { } acquire) at.HandOver(acquire);
        }

        return FlowValue.NotNull;
    }

    /// <summary>What a helper, or a delegate that is called, releases.</summary>
    public void ByCall(IInvocationOperation call)
    {
        if (at.State.Held.IsEmpty) return;
        var function = call.TargetMethod.MethodKind == MethodKind.DelegateInvoke ? FunctionIn(call.Instance) : IsNear(call) ? call : null;
        if (function is null) return;
        var summary = SummaryOf(function);
        if (summary.IsNothing) return;

        foreach (var release in summary.Locks)
            if (InCallersTerms(release.Lock, call) is { } path && at.State.HeldFor(release with { Lock = path }) is { } held) effects.Gives(held, call);
        foreach (var disposed in summary.Disposed)
            if (InCallersTerms(disposed, call) is { } path && at.State[path].Acquire is { } acquire) effects.Release(acquire, call);
    }

    /// <summary>The lambda or method that a local delegate stands for.</summary>
    public IOperation? FunctionIn(IOperation? value) => value switch
    {
        ILocalReferenceOperation { Type.TypeKind: TypeKind.Delegate } local => FunctionIn(at.DefinitionOf(local.Local)),
        IConversionOperation conversion => FunctionIn(conversion.Operand),
        IDelegateCreationOperation creation => FunctionIn(creation.Target),
        IFlowAnonymousFunctionOperation or IMethodReferenceOperation => value,
        _ => null,
    };

    private static bool IsDisposable(ITypeSymbol type) =>
        type.IsRefLikeType || type.AllInterfaces.Any(static i => i is { Name: "IDisposable" or "IAsyncDisposable", ContainingNamespace.Name: "System" });

    /// <summary>Whether the callee may know a lock of this body: a local function, a member of the same type, or of the object that the lock belongs to.</summary>
    private bool IsNear(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (method.MethodKind == MethodKind.LocalFunction) return true;
        if (method.DeclaringSyntaxReferences.IsEmpty) return false;
        if (SymbolEqualityComparer.Default.Equals(method.ContainingType.OriginalDefinition, context.ContainingType?.OriginalDefinition)) return true;
        return at.PathOf(call.Instance) is { } receiver && at.State.Held.Any(held => held.Lock.DependsOn(receiver));
    }

    private ReleaseSummaries.Summary SummaryOf(IOperation function)
    {
        if (_summaries.TryGetValue(function, out var summary)) return summary;
        return _summaries[function] = function switch
        {
            IInvocationOperation call => context.Flow.Summaries.Of(call.TargetMethod),
            IMethodReferenceOperation reference => context.Flow.Summaries.Of(reference.Method),
            _ => context.Flow.Summaries.Of(function.Syntax, context.Model),
        };
    }

    private AccessPath? InCallersTerms(AccessPath path, IInvocationOperation call) => path.WithRoot(root =>
    {
        // What a delegate was made of reads in the terms of where it was made.
        if (root.IsThis) return call.Instance is null || call.TargetMethod.MethodKind == MethodKind.DelegateInvoke ? root : at.PathOf(call.Instance);
        if (root.Symbol is not IParameterSymbol parameter || !SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, call.TargetMethod.OriginalDefinition)) return root;
        return at.PathOf(call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal));
    });
}
