using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>One walk over a piece of work and what it calls. Bounded in steps and in depth; what lies beyond is opaque.</summary>
internal sealed class WorkWalker(WorkClassifier classifier, CancellationToken cancellationToken)
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
        return before.Then(round.Repeated(evidence));
    }

    private WorkEffects Call(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (method.MethodKind == MethodKind.DelegateInvoke)
            return Children(call).Then(call.Instance is { } target ? Delegate(target) : WorkEffects.Opaque);

        return Children(call).Then(Member(call, method, call.Instance?.Type, method, call.Arguments));
    }

    private WorkEffects Property(IPropertyReferenceOperation property)
    {
        // Which property of an interface or a virtual one runs is unknown, but properties are cheap by convention.
        if (IsDispatched(property.Property, property.Instance)) return Declared(property.Property, property) ?? Library(property, property.Property, property.Instance?.Type, []);
        return Member(property, property.Property, property.Instance?.Type, property.Property.GetMethod);
    }

    private WorkEffects Member(IOperation site, ISymbol member, ITypeSymbol? receiver, IMethodSymbol? code, ImmutableArray<IArgumentOperation> arguments = default)
    {
        if (Declared(member, site) is { } declared) return declared;
        if (member.DeclaringSyntaxReferences.IsEmpty || classifier.LibraryCall(member, receiver) == CallEffect.TakesGil) return Library(site, member, receiver, arguments.IsDefault ? [] : arguments);
        if (code is null || (code.AssociatedSymbol is null && IsDispatched(member, (site as IInvocationOperation)?.Instance))) return code is null ? WorkEffects.None : WorkEffects.Opaque;
        // An auto-property, an implicit constructor, a record's members: nothing is written that could cost anything.
        if (code.IsImplicitlyDeclared || IsAutoAccessor(code)) return WorkEffects.None;
        return Method(code);
    }

    private WorkEffects Library(IOperation site, ISymbol member, ITypeSymbol? receiver, ImmutableArray<IArgumentOperation> arguments)
    {
        WorkEvidence Name() => Evidence($"'{Owner(member)}{member.Name}' on line {Line(site.Syntax)}", site.Syntax.GetLocation());
        return classifier.LibraryCall(member, receiver) switch
        {
            CallEffect.Neutral => WorkEffects.None,
            CallEffect.Calculates => new WorkEffects(Calculates: true).Then(RunsEach(site, member, arguments)),
            CallEffect.Computes => new WorkEffects(Name()).Then(RunsEach(site, member, arguments)),
            CallEffect.Reads => new WorkEffects(Reads: Name()),
            CallEffect.Waits => new WorkEffects(Waits: Name()),
            CallEffect.TakesGil => new WorkEffects(HoldsGil: Name()),
            CallEffect.RunsEach => RunsEach(site, member, arguments),
            CallEffect.RunsOnce => Delegates(arguments).Aggregate(WorkEffects.None, (effects, work) => effects.Then(Delegate(work))),
            _ => WorkEffects.Opaque,
        };
    }

    private WorkEffects RunsEach(IOperation site, ISymbol member, ImmutableArray<IArgumentOperation> arguments)
    {
        var round = Delegates(arguments).Aggregate(WorkEffects.None, (effects, work) => effects.Then(Delegate(work)));
        return round.Repeated(Evidence($"'{member.Name}' over a sequence on line {Line(site.Syntax)}", site.Syntax.GetLocation()) with { IsLoop = true });
    }

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

    private WorkEffects MethodGroup(IMethodReferenceOperation reference)
    {
        var method = reference.Method;
        if (Declared(method, reference) is { } declared) return declared;
        if (method.DeclaringSyntaxReferences.IsEmpty) return Library(reference, method, reference.Instance?.Type, []);
        return IsDispatched(method, reference.Instance) ? WorkEffects.Opaque : Method(method);
    }

    private WorkEffects? Declared(ISymbol member, IOperation site) => DeclaredEffects(member, site.Syntax.GetLocation());

    private static WorkEffects? DeclaredEffects(ISymbol member, Location site)
    {
        var name = member is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } ? "the lambda" : $"'{member.Name}'";
        return WorkClassifier.Declared(member) switch
        {
            WorkKind.CpuBound => new WorkEffects(new WorkEvidence($"{name} is marked [CpuBound]", site, IsDeclared: true)),
            WorkKind.IoBound => new WorkEffects(Waits: new WorkEvidence($"{name} is marked [IoBound]", site, IsDeclared: true)),
            _ => null,
        };
    }

    private WorkEffects CutShort(bool isCut)
    {
        _isCutShort |= isCut;
        return WorkEffects.Opaque;
    }

    private static WorkEvidence Evidence(string reason, Location location) => new(reason, location);

    private static IEnumerable<IOperation> Delegates(ImmutableArray<IArgumentOperation> arguments) =>
        from argument in arguments
        let value = WorkValue.Unconverted(argument.Value)
        from work in value is IArrayCreationOperation { Initializer: { } initializer } ? initializer.ElementValues : [argument.Value]
        where work.Type?.TypeKind == TypeKind.Delegate
        select work;

    // What runs depends on an object that is not known here.
    private static bool IsDispatched(ISymbol member, IOperation? instance) =>
        member.ContainingType?.TypeKind == TypeKind.Interface && !member.IsStatic
        || (member.IsAbstract || member.IsVirtual || member.IsOverride && !member.IsSealed)
            && instance?.Type is not { IsSealed: true }
            && instance?.Syntax is not BaseExpressionSyntax;

    private static bool IsAutoAccessor(IMethodSymbol accessor) =>
        accessor.AssociatedSymbol is IPropertySymbol property
        && property.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static bool IsLazy(IOperation collection) => WorkValue.Unconverted(collection) is { Type.TypeKind: not TypeKind.Array } and (IInvocationOperation or IPropertyReferenceOperation);

    private static string Owner(ISymbol member) => member.ContainingType is { } type ? type.Name + (member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? "" : ".") : "";

    private static int Line(SyntaxNode syntax) => syntax.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    private static Location LoopHead(ILoopOperation loop) => loop.Syntax.GetFirstToken().GetLocation();
}
