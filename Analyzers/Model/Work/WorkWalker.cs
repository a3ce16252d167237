using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>One walk over a piece of work and what it calls. Bounded in steps and in depth; what lies beyond is opaque.</summary>
internal sealed partial class WorkWalker(WorkClassifier classifier, CancellationToken cancellationToken)
{
    private const int MaxSteps = 20_000;
    private const int MaxCalls = 8;
    private const int MaxNesting = 300;

    // A loop over so few elements is not worth a core, whatever it does.
    private const int FewRounds = 1_000;

    private readonly List<IMethodSymbol> _callers = [];
    private readonly HashSet<IMethodSymbol> _recursive = new(SymbolEqualityComparer.Default);
    private int _steps;
    private int _nesting;
    private bool _isCutShort;

    /// <summary>The effects of running a delegate once.</summary>
    public WorkEffects Delegate(IOperation work) => WorkValue.Of(work) switch
    {
        IAnonymousFunctionOperation lambda => DeclaredEffects(lambda.Symbol, lambda.Syntax.GetLocation()) ?? Walk(lambda.Body),
        IMethodReferenceOperation reference => MethodGroup(reference),
        _ => WorkEffects.Opaque,
    };

    /// <summary>The effects of a method, or a getter, that may be declared in this compilation.</summary>
    public WorkEffects Method(IMethodSymbol method)
    {
        if (DeclaredEffects(method, method.Locations[0]) is { } declared) return declared;
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (classifier.TryGet(method, out var known)) return known;
        if (_callers.Contains(method, SymbolEqualityComparer.Default))
        {
            _recursive.Add(method);
            return WorkEffects.None;
        }

        if (_callers.Count == MaxCalls || classifier.Body(method, cancellationToken) is not { } body) return CutShort(_callers.Count == MaxCalls);

        _callers.Add(method);
        var effects = body is ILocalFunctionOperation function ? Children(function) : Walk(body);
        _callers.RemoveAt(_callers.Count - 1);
        if (_recursive.Remove(method)) effects = effects.Repeated(Evidence($"the recursion of '{method.Name}'", method.Locations[0]) with { IsLoop = true });

        // What was cut short, or left out because a caller is being walked, is not the whole truth about the method.
        if (!_isCutShort && _recursive.Count == 0) classifier.Remember(method, effects);
        return effects;
    }

    private WorkEffects Walk(IOperation operation)
    {
        if (++_steps > MaxSteps || _nesting == MaxNesting) return CutShort(true);
        cancellationToken.ThrowIfCancellationRequested();
        _nesting++;
        var effects = Visit(operation);
        _nesting--;
        return effects;
    }

    private WorkEffects Visit(IOperation operation) => operation switch
    {
        // Declared here, run where it is called.
        ILocalFunctionOperation or IAnonymousFunctionOperation or INameOfOperation or ITypeOfOperation => WorkEffects.None,
        ILoopOperation loop => Loop(loop),
        IInvocationOperation call => Call(call),
        IObjectCreationOperation { Constructor: { } constructor } creation => Children(creation).Then(Member(creation, constructor, creation.Type, constructor)),
        IPropertyReferenceOperation property => Children(property).Then(Property(property)),
        IAwaitOperation await => Await(await),
        IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IFunctionPointerInvocationOperation or IInvalidOperation
            => Children(operation).Then(WorkEffects.Opaque),
        _ when WorkArithmetic.IsArithmetic(operation) => Children(operation).Then(new WorkEffects(Calculates: true)),
        _ => Children(operation),
    };

    private WorkEffects Children(IOperation operation)
    {
        var effects = WorkEffects.None;
        foreach (var child in operation.ChildOperations) effects = effects.Then(Walk(child));
        return effects;
    }

    private WorkEffects Loop(ILoopOperation loop)
    {
        var before = WorkEffects.None;
        var round = WorkEffects.None;
        foreach (var child in loop.ChildOperations)
        {
            var isBefore = loop switch
            {
                // A sequence that is read while it is enumerated is read in every round.
                IForEachLoopOperation each => child == each.Collection && !each.IsAsynchronous && !IsLazy(each.Collection),
                IForLoopOperation @for => @for.Before.Contains(child),
                IForToLoopOperation => child != loop.Body,
                _ => false,
            };
            if (isBefore) before = before.Then(Walk(child));
            else round = round.Then(Walk(child));
        }

        if (loop is IForEachLoopOperation { IsAsynchronous: true }) round = round.Then(new WorkEffects(MayWait: true));
        var evidence = WorkRounds.Of(loop).Count < FewRounds ? null : Evidence($"the loop on line {Line(loop.Syntax)}", LoopHead(loop)) with { IsLoop = true };
        return before.Then(Looped(round, evidence));
    }

    private static WorkEffects Looped(in WorkEffects round, WorkEvidence? evidence) =>
        round.Repeated(evidence) with { Loops = round.Loops || round is { Waits: null, Reads: null } };

    private WorkEffects Await(IAwaitOperation await)
    {
        var effects = Children(await);
        if (effects.Waits is not null) return effects;
        var awaited = WorkValue.Of(await.Operation);
        if (awaited is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } configured }) awaited = WorkValue.Of(configured);

        // An async method of this compilation is what its body is; Yield and a task that is already there do not wait.
        var isKnown = awaited is IInvocationOperation call
            && (call.TargetMethod.IsAsync && !call.TargetMethod.DeclaringSyntaxReferences.IsEmpty || call.TargetMethod.Name is "Yield" or "FromResult")
            || awaited is IPropertyReferenceOperation { Property.Name: "CompletedTask" };
        return isKnown ? effects : effects.Then(new WorkEffects(MayWait: true));
    }

    private WorkEffects CutShort(bool isCut)
    {
        _isCutShort |= isCut;
        return WorkEffects.Opaque;
    }

    private static WorkEvidence Evidence(string reason, Location location) => new(reason, location);

    private static bool IsLazy(IOperation collection) => WorkValue.Unconverted(collection) is { Type.TypeKind: not TypeKind.Array } and (IInvocationOperation or IPropertyReferenceOperation);

    private static int Line(SyntaxNode syntax) => syntax.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    private static Location LoopHead(ILoopOperation loop) => loop.Syntax.GetFirstToken().GetLocation();
}
